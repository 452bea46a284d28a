import type { CompiledTemplate, Uses } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { compileConfigField, configPath } from './config-field.ts'

/**
 * Claims that say who is asking, for whom, and what they may do (RFC 7519 §4.1, RFC 8693 §4.1 and §4.2, and `scp` of
 * RFC 9068's predecessors).
 */
export const identityClaims: readonly string[] = ['iss', 'sub', 'act', 'client_id', 'scope', 'scp']

/** Parameters of a token request that say the same. */
export const identityParameters: readonly string[] = [
  'issuer',
  'subject',
  'requested_subject',
  'username',
  'scp',
]

/**
 * Refuses a field that says who is asking, or what they may do, where a caller's value can reach it: whatever the caller
 * sends counts wherever it occurs in the template, through `assign`, `capture` and filters too.
 */
export function refuseCallersIdentity(field: string, uses: Uses, report: DefinitionReport): void {
  const sent = [...uses.pathParams].map((name) => `pathParams.${name}`)
  if (uses.body) sent.push('the payload')
  if (sent.length === 0) return
  const message = `\`${field}\` says who is asking, which a caller may not choose: take ${sent.join(' and ')} out, and use the session, a variable or a secret`
  // guard: no-identity-of-callers-choice (packages/pipeline/src/authentication/authentication.test.ts)
  report.error(configPath(field), 'CALLER_CHOOSES_IDENTITY', message)
}

/** Compiles a field that says who is asking, and may be absent. */
export function compileIdentity(
  field: string,
  source: string | undefined,
  report: DefinitionReport,
): CompiledTemplate | undefined {
  if (source === undefined) return undefined
  const template = compileConfigField({ field, source, place: 'auth_text' }, report)
  if (template !== undefined) refuseCallersIdentity(field, template.uses, report)
  return template
}
