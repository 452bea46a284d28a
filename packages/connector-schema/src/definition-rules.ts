import {
  checkAuthentication,
  isCached,
  printable,
  reservedHeader,
  reservedQueryKey,
} from './authentication-rules.ts'
import type { Constraints } from './constraints.ts'
import type { ParameterRow, RateLimit } from './definition.ts'
import { headerNamePattern, isConditionalHeader, isRefusedHeader } from './header-rules.ts'
import type { DefinitionIssue } from './issue.ts'
import type { PartialDefinition } from './partial-definition.ts'
import { foldCase, foldQueryKey } from './query-keys.ts'

/** The rules of spec/01 that concern more than one field, as far as they need no template. */
export function checkRules(definition: PartialDefinition): readonly DefinitionIssue[] {
  return [
    ...checkHeaders(definition),
    ...checkQuery(definition),
    ...checkPath(definition),
    ...checkAuthentication(definition),
    ...checkBody(definition),
    ...checkRateLimits(definition),
    ...definition.headers.flatMap((row, index) => checkRow(row, `headers[${index}]`)),
    ...definition.query_parameters.flatMap((row, index) => checkRow(row, `query_parameters[${index}]`)),
  ]
}

const methodsWithBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Whether calls of a connector with this method may carry a payload. */
export function hasPayload(method: string): boolean {
  return methodsWithBody.has(method)
}

function checkHeaders(definition: PartialDefinition): DefinitionIssue[] {
  const issues: DefinitionIssue[] = []
  const seen = new Set<string>()
  const reserved = reservedHeader(definition)
  const cached = isCached(definition)
  for (const [index, row] of definition.headers.entries()) {
    if (row === undefined) continue
    const path = `headers[${index}].key`
    const lower = row.key.toLowerCase()
    if (!headerNamePattern.test(row.key)) {
      const message = `\`${printable(row.key)}\` is not a header name; write letters, digits and hyphens`
      issues.push({ path, code: 'INVALID_VALUE', message })
      continue
    }
    if (isRefusedHeader(row.key)) {
      issues.push({
        path,
        code: 'REFUSED_HEADER',
        message: `\`${row.key}\` is set by Sluice or by HTTP itself; remove the row`,
      })
    } else if (cached && isConditionalHeader(row.key)) {
      const message = `\`${row.key}\` cannot be sent while caching is on; set \`cache.enabled\` to false`
      issues.push({ path, code: 'REFUSED_HEADER', message })
    } else if (lower === reserved) {
      issues.push({
        path,
        code: 'RESERVED_KEY',
        message: `\`${row.key}\` is set by the authentication; remove the row`,
      })
    }
    if (lower === 'content-type' && row.overridable && definition.request_body) {
      const message =
        'With a `request_body` template the `Content-Type` cannot be overridable; set it to false'
      issues.push({ path: `headers[${index}].overridable`, code: 'INVALID_VALUE', message })
    }
    if (seen.has(lower)) {
      issues.push({
        path,
        code: 'DUPLICATE_KEY',
        message: `\`${row.key}\` stands twice (case does not matter); remove one of the two rows`,
      })
    }
    seen.add(lower)
  }
  return issues
}

function checkQuery(definition: PartialDefinition): DefinitionIssue[] {
  const issues: DefinitionIssue[] = []
  const rowsByKey = new Map<string, ParameterRow[]>()
  for (const row of definition.query_parameters) {
    if (row) rowsByKey.set(sameKey(row.key), [...(rowsByKey.get(sameKey(row.key)) ?? []), row])
  }
  const reserved = reservedQueryKey(definition)
  for (const [index, row] of definition.query_parameters.entries()) {
    if (row === undefined) continue
    const path = `query_parameters[${index}].key`
    const same = rowsByKey.get(sameKey(row.key)) ?? []
    if (same[0] !== row && same.some((other) => other.overridable)) {
      const message = `\`${printable(row.key)}\` stands twice (case and [] do not matter); remove one row, or let no row of this key be overridable`
      issues.push({ path, code: 'DUPLICATE_KEY', message })
    }
    if (reserved !== undefined && foldQueryKey(row.key) === reserved) {
      issues.push({
        path,
        code: 'RESERVED_KEY',
        message: `\`${printable(row.key)}\` is set by the authentication; remove the row`,
      })
    }
  }
  return issues
}

/** Rows of one object, `filter[name]` and `filter[age]`, are two keys; `ids` and `Ids[]` are one. */
function sameKey(key: string): string {
  return foldCase(key).replace(/(?:\[\])+$/, '')
}

function checkPath(definition: PartialDefinition): DefinitionIssue[] {
  const issues: DefinitionIssue[] = []
  const seen = new Set<string>()
  for (const [index, row] of definition.path_parameters.entries()) {
    if (row === undefined) continue
    if (seen.has(row.key)) {
      const path = `path_parameters[${index}].key`
      issues.push({
        path,
        code: 'DUPLICATE_KEY',
        message: `\`${row.key}\` stands twice; remove one of the two rows`,
      })
    }
    seen.add(row.key)
    const path = `path_parameters[${index}].value`
    if (row.value?.includes('{{') || row.value?.includes('{%')) {
      const message = 'The default of a path parameter is a literal; write the text itself, without braces'
      issues.push({ path, code: 'INVALID_VALUE', message })
    }
    if (!row.overridable && row.value === undefined) {
      const message = `\`${row.key}\` can be sent by nobody and has no \`value\`; write one, or let it be overridable`
      issues.push({ path, code: 'REQUIRED', message })
    }
  }
  return issues
}

function checkBody(definition: PartialDefinition): DefinitionIssue[] {
  if (!definition.request_body || !definition.method || hasPayload(definition.method)) return []
  const message = `${definition.method} requests carry no body; remove \`request_body\``
  return [{ path: 'request_body', code: 'BODY_NOT_ALLOWED', message }]
}

/** One list of limits, however it is written. */
export function rateLimitsOf({
  rate_limit: limits,
}: Pick<PartialDefinition, 'rate_limit'>): readonly RateLimit[] {
  return limits === undefined ? [] : [limits].flat()
}

function checkRateLimits(definition: PartialDefinition): DefinitionIssue[] {
  const limits = rateLimitsOf(definition)
  return limits.flatMap(({ scope, per_seconds }, index) => {
    const isRepeated = limits
      .slice(0, index)
      .some((other) => other.scope === scope && other.per_seconds === per_seconds)
    const message = `Two limits count the same: \`${scope}\` in ${per_seconds} s; keep the smaller one`
    return isRepeated ? [{ path: `rate_limit[${index}]`, code: 'DUPLICATE_KEY', message }] : []
  })
}

function checkRow(row: ParameterRow | undefined, path: string): DefinitionIssue[] {
  if (row?.constraints === undefined) return []
  const at = `${path}.constraints`
  if (!row.overridable) {
    const message = 'Constraints rule what a caller may send; set `overridable` to true, or remove them'
    return [{ path: at, code: 'INVALID_CONSTRAINTS', message }]
  }
  return checkConstraints(row.constraints, at)
}

function checkConstraints(constraints: Constraints, path: string): DefinitionIssue[] {
  const issues: DefinitionIssue[] = []
  const refuse = (key: keyof Constraints, message: string) =>
    issues.push({ path: `${path}.${key}`, code: 'INVALID_CONSTRAINTS', message })
  const { min_length, max_length, minimum, maximum, type } = constraints
  if (min_length !== undefined && max_length !== undefined && min_length > max_length) {
    refuse('min_length', '`min_length` is greater than `max_length`; exchange the two')
  }
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    refuse('minimum', '`minimum` is greater than `maximum`; exchange the two')
  }
  const numeric = type === 'integer' || type === 'number'
  if (!numeric && (minimum !== undefined || maximum !== undefined)) {
    const key = minimum === undefined ? 'maximum' : 'minimum'
    refuse(key, `\`${key}\` needs \`type\` to be integer or number`)
  }
  return issues
}
