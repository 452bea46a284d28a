import type { Authentication, SignatureAlgorithm } from '@sluice/connector-schema'
import type { CompiledTemplate } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { compileCredential } from './config-field.ts'
import type { CredentialUses } from './credential-uses.ts'
import { compileClaims, compileJwtHeaders, type JsonTemplates } from './json-templates.ts'
import { type NoAuthentication, noAuthentication } from './none.ts'

type Config = Extract<Authentication, { type: 'jwt' }>['config']

/** A JWT of our own. */
export interface CompiledJwt extends CredentialUses {
  readonly type: 'jwt'
  readonly algorithm: SignatureAlgorithm
  readonly privateKey: CompiledTemplate
  readonly claims: JsonTemplates
  readonly headers: JsonTemplates
}

/** Compiles `jwt`. */
export function compileJwt(config: Config, report: DefinitionReport): CompiledJwt | NoAuthentication {
  const privateKey = compileCredential('private_key', config.private_key, report)
  const claims = compileClaims('claims', config.claims, report)
  const headers = compileJwtHeaders(config.jwt_headers, report)
  if (privateKey === undefined) return noAuthentication
  return {
    type: 'jwt',
    uses: [privateKey.uses, ...claims.uses, ...headers.uses],
    algorithm: config.algorithm,
    privateKey,
    claims,
    headers,
  }
}
