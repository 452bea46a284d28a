import type { Authentication } from '@sluice/connector-schema'
import type { DefinitionReport } from '../compile/definition-report.ts'
import { compileConfigField, configPath, isLiteral, refuseLiteralCredential } from './config-field.ts'
import type { AuthenticationPlan } from './deferred-credential.ts'
import { noAuthentication } from './none.ts'

type Config = Extract<Authentication, { type: 'api_key' }>['config']

/** A key in a header or in the query string; the key's name is reserved. */
export function compileApiKey(config: Config, report: DefinitionReport): AuthenticationPlan {
  const place = config.in === 'header' ? 'auth_header' : 'auth_query'
  const template = compileConfigField({ field: 'value', source: config.value, place }, report)
  if (template === undefined) return noAuthentication
  if (isLiteral(template)) refuseLiteralCredential('value', report)
  return {
    uses: [template.uses],
    plan: ({ text }) => ({ kind: config.in, name: config.key, value: text(configPath('value'), template) }),
  }
}
