import { type ConnectorDefinition, type RateLimit, rateLimitsOf } from '@sluice/connector-schema'
import type { DefinitionReport } from './definition-report.ts'

/** How often a connector may be called. */
export interface RateLimits {
  /** What holds for every caller. */
  readonly forAll: readonly RateLimit[]
  /** What holds for a caller without a session. */
  readonly forAnonymous: readonly RateLimit[]
}

/** Without a limit everybody on the network could spend what the API grants its owner. */
const defaultAnonymousLimit: RateLimit = { requests: 300, per_seconds: 60, scope: 'user' }

/** The limits of a definition; a connector that anybody may call never has none. */
export function compileRateLimits(
  definition: ConnectorDefinition,
  { isOpen, report }: { readonly isOpen: boolean; readonly report: DefinitionReport },
): RateLimits {
  const forAll = rateLimitsOf(definition)
  if (!isOpen || forAll.length > 0) return { forAll, forAnonymous: forAll }
  report.warning(
    'access',
    'ANONYMOUS_WITHOUT_LIMIT',
    'Anybody may call this connector, and it has no `rate_limit`: an address gets 300 calls a minute; write the limit that fits',
  )
  return { forAll, forAnonymous: [defaultAnonymousLimit] }
}
