/**
 * Stage 1: definition and call become one list of values, each with its provenance. Refuses by name
 * everything that a browser may not change (G3). Reads no secret, does no I/O, renders nothing.
 */
import { nearQueryKeys, ProblemError, type ProblemParam, type WirePairs } from '@sluice/connector-schema'
import type { CompiledConnector } from '../compile-connector.ts'
import type { CompiledRow } from '../compile-rows.ts'
import type { Call, Merged, Provenanced, Row } from '../exchange.ts'
import { invalidHeaderValue } from '../header-value.ts'
import { invalidPathValue } from '../path-value.ts'

/** The stage. */
export function merge(call: Call): Merged {
  const { connector } = call
  refuseRepeats(call.pathParams, 'X-Path-Params', (key) => key)
  refuseRepeats(call.headers, 'X-Header-Params', (key) => key.toLowerCase())
  refuseWhatIsNotPermitted(call)
  const pathParams = mergePath(call)
  const broken: ProblemParam[] = []
  const headers = mergeHeaders(call, broken)
  const query = mergeQuery(call, broken)
  if (broken.length > 0) {
    const detail = 'An override breaks a rule of its connector; `params` names the key and the rule'
    throw new ProblemError('INVALID_OVERRIDE', { detail, params: broken })
  }
  return { call, pathParams, headers, query: [...query, ...unlisted(call, connector)] }
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

function refuseWhatIsNotPermitted({ connector, query, headers, pathParams }: Call): void {
  const refused = new Set<string>()
  for (const [key] of query) if (!mayOverrideQuery(connector, key)) refused.add(key)
  for (const [key] of headers) if (!overridableHeader(connector, key)) refused.add(key)
  for (const [key] of pathParams) if (!connector.pathParameters.get(key)?.overridable) refused.add(key)
  if (refused.size === 0) return
  const detail =
    'The connector does not permit to override these keys; mark them overridable or leave them out'
  throw new ProblemError('OVERRIDE_NOT_PERMITTED', { detail, params: [...refused] })
}

// Some parsers end a key at a control character.
const controlCharacter = /\p{Cc}/u

function mayOverrideQuery(connector: CompiledConnector, key: string): boolean {
  if (connector.query.some((row) => row.key === key && row.overridable)) return true
  if (connector.definition.unlisted_parameters !== 'allow' || controlCharacter.test(key)) return false
  return nearQueryKeys(key).every((near) => near !== '' && !connector.reservedQueryKeys.has(near))
}

function overridableHeader(connector: CompiledConnector, key: string): CompiledRow | undefined {
  const lower = key.toLowerCase()
  return connector.headers.find((row) => row.overridable && row.key.toLowerCase() === lower)
}

function mergePath({ connector, pathParams }: Call): Readonly<Record<string, string>> {
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

function mergeHeaders(call: Call, broken: ProblemParam[]): Row<Provenanced>[] {
  const sent = new Map(call.headers.map(([key, value]) => [key.toLowerCase(), value]))
  return call.connector.headers.map((row) => {
    const value = row.overridable ? sent.get(row.key.toLowerCase()) : undefined
    if (value === undefined) return fromDefinition(row)
    const rule = invalidHeaderValue(row.key, value)
    if (rule !== undefined) broken.push({ key: row.key, rule })
    broken.push(...brokenRules(call, row, [value]))
    return fromOverride(row, value)
  })
}

function mergeQuery(call: Call, broken: ProblemParam[]): Row<Provenanced>[] {
  return call.connector.query.flatMap((row): Row<Provenanced>[] => {
    const values = row.overridable ? valuesOf(call.query, row.key) : []
    if (values.length === 0) return [fromDefinition(row)]
    broken.push(...brokenRules(call, row, values))
    return values.map((text) => fromOverride(row, text))
  })
}

function valuesOf(pairs: WirePairs, key: string): string[] {
  return pairs.filter((pair) => pair[0] === key).map((pair) => pair[1])
}

function fromDefinition({ key, field, template, sendEmpty }: CompiledRow): Row<Provenanced> {
  return { key, field, value: { from: 'definition', template }, keepEmpty: sendEmpty }
}

function fromOverride({ key, field }: Pick<CompiledRow, 'key' | 'field'>, text: string): Row<Provenanced> {
  return { key, field, value: { from: 'override', text }, keepEmpty: true }
}

/** Every rule of the row's constraints that the values break. */
function brokenRules(
  { session }: Call,
  { key, check }: CompiledRow,
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

/** Query parameters that the definition does not list, where it allows them; already found permitted. */
function unlisted(call: Call, connector: CompiledConnector): Row<Provenanced>[] {
  if (connector.definition.unlisted_parameters !== 'allow') return []
  return call.query
    .filter(([key]) => !connector.query.some((row) => row.key === key))
    .map(([key, text]) => fromOverride({ key, field: 'query' }, text))
}
