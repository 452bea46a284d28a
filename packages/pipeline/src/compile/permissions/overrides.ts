import { type Constraints, hasPayload, type ParameterRow } from '@sluice/connector-schema'
import { words } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import { type Grant, grantKey } from './grant.ts'

/** Formats of a path parameter, from the least to the most that they accept. */
const formats = ['segment', 'text', 'path'] as const

/** What a browser may send. */
export function* grantsToBrowsers({ definition }: CompiledConnector): Generator<Grant> {
  for (const row of definition.headers) yield* grantsOfRow(row, 'headers')
  for (const row of definition.query_parameters) yield* grantsOfRow(row, 'query_parameters')
  for (const { key, overridable, value, format } of definition.path_parameters) {
    const path = `path_parameters[${key}]`
    if (!overridable) continue
    const whole: Grant = { code: 'PATH_OVERRIDE', subject: words`${key}`, path }
    yield whole
    yield {
      code: 'PATH_VALUES',
      subject: words`${key}`,
      path: `${path}.format`,
      amount: { kind: 'number', value: formats.indexOf(format), shown: format },
      partOf: grantKey(whole),
    }
    if (value !== undefined)
      yield {
        code: 'PATH_OPTIONAL',
        subject: words`${key}`,
        path: `${path}.value`,
        partOf: grantKey(whole),
      }
  }
  if (definition.unlisted_parameters === 'allow') {
    const subject = words`query parameters that are not listed`
    yield { code: 'UNLISTED_PARAMETERS', subject, path: 'unlisted_parameters' }
  }
  if (hasPayload(definition.method)) yield { code: 'PAYLOAD', subject: words`a payload`, path: 'method' }
}

function* grantsOfRow(row: ParameterRow, field: 'headers' | 'query_parameters'): Generator<Grant> {
  const path = `${field}[${row.key}]`
  const isHeader = field === 'headers'
  const name = words`${isHeader ? row.key.toLowerCase() : row.key}`
  if (row.send_empty) yield { code: 'SEND_EMPTY', subject: words`${row.key}`, path: `${path}.send_empty` }
  if (!row.overridable) return
  const whole: Grant = {
    code: isHeader ? 'HEADER_OVERRIDE' : 'QUERY_OVERRIDE',
    subject: name,
    path: `${path}.overridable`,
  }
  yield whole
  yield {
    code: isHeader ? 'HEADER_VALUES' : 'QUERY_VALUES',
    subject: name,
    path: `${path}.constraints`,
    amount: { kind: 'values', constraints: acceptedValues(row) },
    partOf: grantKey(whole),
  }
}

/** Without constraints a key may be sent more than once; with them only where they say so. */
function acceptedValues({ constraints }: ParameterRow): Constraints {
  return constraints === undefined
    ? { multiple: true }
    : { ...constraints, multiple: constraints.multiple === true }
}
