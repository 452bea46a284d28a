import type { CompiledApiKey } from '../compile/authentication/api-key.ts'
import { configPath } from '../compile/authentication/config-field.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { Credential } from './deferred-credential.ts'

/** A key in a header or in the query string. */
export function apiKeyCredential(apiKey: CompiledApiKey, { text }: RenderFields): Credential {
  return { kind: apiKey.in, name: apiKey.key, value: text(configPath('value'), apiKey.value) }
}
