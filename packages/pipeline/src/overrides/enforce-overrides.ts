/**
 * What a call may send in place of what the definition says (G3): stage 1 asks it of real calls, and the mocks of
 * `@sluice/connector-testing` of a test's. Runs in browsers too, so it imports nothing of Node.
 */
import {
  type ConnectorDefinition,
  mayBeUnlisted,
  type PathParameter,
  ProblemError,
  type ProblemParam,
  type Session,
  type WirePairs,
} from '@sluice/connector-schema'
import type { OverrideCheck } from './constraints.ts'
import { invalidHeaderValue } from './header-value.ts'
import { invalidPathValue } from './path-value.ts'

/** What of a header or query row decides about its overrides. */
export interface OverridableRow {
  readonly key: string
  readonly overridable: boolean
  readonly check: OverrideCheck | undefined
}

/** What of a connector decides about overrides. */
export interface OverrideRules {
  readonly definition: Pick<ConnectorDefinition, 'unlisted_parameters'>
  readonly headers: readonly OverridableRow[]
  readonly query: readonly OverridableRow[]
  /** What no unlisted parameter may come near to (`nearQueryKeys`). */
  readonly reservedQueryKeys: ReadonlySet<string>
  readonly pathParameters: ReadonlyMap<string, Pick<PathParameter, 'value' | 'format' | 'overridable'>>
}

/** The overrides of one call, exactly as sent, decoded; repeats kept. */
export interface Overrides {
  readonly connector: OverrideRules
  readonly session: Session
  readonly query: WirePairs
  readonly headers: WirePairs
  readonly pathParams: WirePairs
}

/**
 * Refuses by name everything that a browser may not change.
 *
 * @returns the path parameters, defaults included
 * @throws ProblemError `INVALID_REQUEST`, `OVERRIDE_NOT_PERMITTED`, `MISSING_PATH_PARAMETERS`,
 *   `INVALID_PATH_PARAMETERS`, `INVALID_OVERRIDE`
 */
export function checkOverrides(sent: Overrides): Readonly<Record<string, string>> {
  refuseRepeats(sent.pathParams, 'X-Path-Params', (key) => key)
  refuseRepeats(sent.headers, 'X-Header-Params', (key) => key.toLowerCase())
  refuseWhatIsNotPermitted(sent)
  const pathParams = mergePath(sent)
  const broken = [...brokenByHeaders(sent), ...brokenByQuery(sent)]
  if (broken.length > 0) {
    const detail = 'An override breaks a rule of its connector; `params` names the key and the rule'
    throw new ProblemError('INVALID_OVERRIDE', { detail, params: broken })
  }
  return pathParams
}

/** Every value that was sent for a key. */
export function valuesOf(pairs: WirePairs, key: string): string[] {
  return pairs.filter((pair) => pair[0] === key).map((pair) => pair[1])
}

/** Header values by lower-case name (RFC 9110 §5.1). */
export function headersByName(pairs: WirePairs): ReadonlyMap<string, string> {
  return new Map(pairs.map(([key, value]) => [key.toLowerCase(), value]))
}

/** A header parameter or path parameter has one value: two would let two readers see different ones. */
function refuseRepeats(pairs: WirePairs, header: string, fold: (key: string) => string): void {
  const seen = new Set<string>()
  for (const [key] of pairs) {
    if (seen.has(fold(key))) {
      const detail = `A key may stand only once in ${header}`
      throw new ProblemError('INVALID_REQUEST', { detail, stage: 'merge', params: [key] })
    }
    seen.add(fold(key))
  }
}

function refuseWhatIsNotPermitted({ connector, query, headers, pathParams }: Overrides): void {
  const refused = new Set<string>()
  for (const [key] of query) if (!mayOverrideQuery(connector, key)) refused.add(key)
  for (const [key] of headers) if (!mayOverrideHeader(connector, key)) refused.add(key)
  for (const [key] of pathParams) if (!connector.pathParameters.get(key)?.overridable) refused.add(key)
  if (refused.size === 0) return
  const detail =
    'The connector does not permit to override these keys; mark them overridable or leave them out'
  throw new ProblemError('OVERRIDE_NOT_PERMITTED', { detail, params: [...refused] })
}

function mayOverrideQuery(connector: OverrideRules, key: string): boolean {
  if (connector.query.some((row) => row.key === key && row.overridable)) return true
  return (
    connector.definition.unlisted_parameters === 'allow' && mayBeUnlisted(key, connector.reservedQueryKeys)
  )
}

function mayOverrideHeader(connector: OverrideRules, key: string): boolean {
  const lower = key.toLowerCase()
  return connector.headers.some((row) => row.overridable && row.key.toLowerCase() === lower)
}

function mergePath({ connector, pathParams }: Overrides): Readonly<Record<string, string>> {
  const sent = new Map(pathParams)
  const merged: Record<string, string> = Object.create(null)
  const missing: string[] = []
  const invalid: string[] = []
  for (const [key, { value: fallback, format }] of connector.pathParameters) {
    const value = sent.get(key) ?? fallback
    if (value === undefined) missing.push(key)
    else if (invalidPathValue(value, format) !== undefined) invalid.push(key)
    else merged[key] = value
  }
  // Missing wins over invalid.
  if (missing.length > 0) {
    throw new ProblemError('MISSING_PATH_PARAMETERS', {
      detail: 'The call lacks path parameters that the connector requires',
      params: missing,
    })
  }
  if (invalid.length > 0) {
    const reasons = invalid.map((key) => {
      const format = connector.pathParameters.get(key)?.format ?? 'segment'
      return `\`${key}\` ${invalidPathValue(sent.get(key) ?? '', format)}`
    })
    throw new ProblemError('INVALID_PATH_PARAMETERS', { detail: reasons.join('; '), params: invalid })
  }
  return merged
}

function brokenByHeaders({ connector, headers, session }: Overrides): ProblemParam[] {
  const sent = headersByName(headers)
  return connector.headers.flatMap((row): ProblemParam[] => {
    const value = row.overridable ? sent.get(row.key.toLowerCase()) : undefined
    if (value === undefined) return []
    const rule = invalidHeaderValue(row.key, value)
    return [...(rule === undefined ? [] : [{ key: row.key, rule }]), ...brokenRules(session, row, [value])]
  })
}

function brokenByQuery({ connector, query, session }: Overrides): ProblemParam[] {
  return connector.query.flatMap((row) => {
    const values = row.overridable ? valuesOf(query, row.key) : []
    return values.length === 0 ? [] : brokenRules(session, row, values)
  })
}

/** Every rule of the row's constraints that the values break. */
function brokenRules(
  session: Session,
  { key, check }: OverridableRow,
  values: readonly string[],
): readonly ProblemParam[] {
  if (check === undefined) return []
  const rules: string[] = []
  if (check.roles && !check.roles.some((role) => session.user?.roles.includes(role))) rules.push('roles')
  if (values.length > 1 && !check.multiple) rules.push('multiple')
  for (const value of values) {
    const rule = check.brokenRule(value)
    if (rule !== undefined && !rules.includes(rule)) rules.push(rule)
  }
  return rules.map((rule) => ({ key, rule }))
}
