import type { CompiledBearer } from '../compile/authentication/bearer.ts'
import { configPath } from '../compile/authentication/config-field.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { Credential } from './deferred-credential.ts'

/** A static token (RFC 6750 §2.1). */
export function bearerCredential(bearer: CompiledBearer, { text }: RenderFields): Credential {
  const { real, masked } = text(configPath('token'), bearer.token)
  const value = { real: `Bearer ${real}`, masked: `Bearer ${masked}` }
  return { kind: 'header', name: 'Authorization', value }
}
