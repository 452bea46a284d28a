import type { Authentication, ClientAuthenticationMethod, SignatureAlgorithm } from '@sluice/connector-schema'
import type { CompiledTemplate, Uses } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { refuseCallersIdentity } from './callers-identity.ts'
import { compileConfigField, compileCredential } from './config-field.ts'
import { usesOf } from './json-templates.ts'

type Config = Extract<Authentication, { type: 'oauth_client_credentials' | 'oauth_jwt_bearer' }>['config']

/** Who asks for a token, and how it shows who it is (RFC 6749 §2.3.1, RFC 7523 §2.2). */
export interface CompiledClient {
  readonly uses: readonly Uses[]
  readonly id: CompiledTemplate
  readonly method: ClientAuthenticationMethod
  readonly secret: CompiledTemplate | undefined
  /** For `private_key_jwt`. */
  readonly signing: CompiledSigning | undefined
}

/** With what a client signs. */
export interface CompiledSigning {
  readonly privateKey: CompiledTemplate
  readonly algorithm: SignatureAlgorithm
  readonly keyId: CompiledTemplate | undefined
}

/** Compiles the fields of a config that say who asks. */
export function compileClient(config: Config, report: DefinitionReport): CompiledClient | undefined {
  const { client_id, client_secret, client_authentication: method } = config
  const id = compileConfigField({ field: 'client_id', source: client_id, place: 'auth_text' }, report)
  const secret =
    client_secret === undefined ? undefined : compileCredential('client_secret', client_secret, report)
  const signing = method === 'private_key_jwt' ? compileSigning(config, report) : undefined
  if (id === undefined) return undefined
  refuseCallersIdentity('client_id', id.uses, report)
  return { uses: usesOf([id, secret, signing?.privateKey, signing?.keyId]), id, method, secret, signing }
}

function compileSigning(
  { private_key, algorithm = 'RS256', key_id }: Config,
  report: DefinitionReport,
): CompiledSigning | undefined {
  const privateKey =
    private_key === undefined ? undefined : compileCredential('private_key', private_key, report)
  const keyId =
    key_id === undefined
      ? undefined
      : compileConfigField({ field: 'key_id', source: key_id, place: 'auth_text' }, report)
  return privateKey && { privateKey, algorithm, keyId }
}
