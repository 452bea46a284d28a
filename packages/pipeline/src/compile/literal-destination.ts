import type { CompiledUrl } from '@sluice/templates'
import type { DefinitionReport } from './definition-report.ts'

/** A literal destination, to be checked when a definition is saved. */
export interface LiteralDestination {
  readonly scheme: 'http' | 'https'
  /** `host` or `host:port`. */
  readonly host: string
}

/** What is said of literal destinations. Each gives a reason, or `undefined` where it has nothing to say. */
export interface DestinationRules {
  /** A reason is an error `DESTINATION_NOT_ALLOWED`. */
  readonly checkDestination?: (destination: LiteralDestination) => string | undefined
  /** A reason is a warning `INSECURE_URL`, and no error is looked for. */
  readonly warnOfDestination?: (destination: LiteralDestination) => string | undefined
}

/** Reports what the rules say of the URL in a field, where its host is literal. */
export function reportDestination(
  field: string,
  { scheme, literalHost: host }: CompiledUrl,
  { rules, report }: { readonly rules: DestinationRules; readonly report: DefinitionReport },
): void {
  if (scheme === undefined || host === undefined) return
  const warning = rules.warnOfDestination?.({ scheme, host })
  if (warning !== undefined) {
    report.warning(field, 'INSECURE_URL', warning)
    return
  }
  const refusal = rules.checkDestination?.({ scheme, host })
  if (refusal !== undefined) report.error(field, 'DESTINATION_NOT_ALLOWED', refusal)
}
