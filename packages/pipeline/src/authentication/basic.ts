import type { CompiledBasic } from '../compile/authentication/basic.ts'
import { configPath } from '../compile/authentication/config-field.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { Credential } from './deferred-credential.ts'

/** RFC 7617. The user name may hold no colon; both parts are UTF-8. */
export function basicCredential({ username, password }: CompiledBasic, { text }: RenderFields): Credential {
  const name = text(configPath('username'), username)
  const word = text(configPath('password'), password)
  const real = Buffer.from(`${name.real}:${word.real}`, 'utf8').toString('base64')
  const value = { real: `Basic ${real}`, masked: `Basic ${name.masked}:${word.masked}` }
  return { kind: 'header', name: 'Authorization', value }
}
