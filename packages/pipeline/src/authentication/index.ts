import type { Authentication } from '@sluice/connector-schema'
import type { DefinitionReport } from '../definition-report.ts'
import { compileApiKey } from './api-key.ts'
import { compileBasic } from './basic.ts'
import { noAuthentication } from './none.ts'
import type { AuthenticationPlan } from './plan.ts'

/** Compiles the authentication of a definition; one strategy a file. */
export function compileAuthentication(
  authentication: Authentication,
  report: DefinitionReport,
): AuthenticationPlan {
  switch (authentication.type) {
    case 'none':
      return noAuthentication
    case 'api_key':
    case 'apikey':
      return compileApiKey(authentication.config, report)
    case 'basic':
      return compileBasic(authentication.config, report)
  }
}
