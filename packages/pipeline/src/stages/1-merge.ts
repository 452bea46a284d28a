/**
 * Stage 1: definition and call become one list of values, each with its provenance. Refuses by name
 * everything that a browser may not change (G3). Reads no secret, does no I/O, renders nothing.
 */

import type { CompiledRow } from '../compile/compile-rows.ts'
import { checkOverrides, headersByName, valuesOf } from '../overrides/enforce-overrides.ts'
import type { Call, Merged, Provenanced, Row } from '../steps/exchange.ts'

/** The stage. */
export function merge(call: Call): Merged {
  const pathParams = checkOverrides(call)
  const query = [...mergeQuery(call), ...unlisted(call)]
  return { call, pathParams, headers: mergeHeaders(call), query }
}

function mergeHeaders(call: Call): Row<Provenanced>[] {
  const sent = headersByName(call.headers)
  return call.connector.headers.map((row) => {
    const value = row.overridable ? sent.get(row.key.toLowerCase()) : undefined
    return value === undefined ? fromDefinition(row) : fromOverride(row, value)
  })
}

function mergeQuery(call: Call): Row<Provenanced>[] {
  return call.connector.query.flatMap((row): Row<Provenanced>[] => {
    const values = row.overridable ? valuesOf(call.query, row.key) : []
    return values.length === 0 ? [fromDefinition(row)] : values.map((text) => fromOverride(row, text))
  })
}

function fromDefinition({ key, field, template, sendEmpty }: CompiledRow): Row<Provenanced> {
  return { key, field, value: { from: 'definition', template }, keepEmpty: sendEmpty }
}

function fromOverride({ key, field }: Pick<CompiledRow, 'key' | 'field'>, text: string): Row<Provenanced> {
  return { key, field, value: { from: 'override', text }, keepEmpty: true }
}

/** Query parameters that the definition does not list, where it allows them; already found permitted. */
function unlisted({ connector, query }: Call): Row<Provenanced>[] {
  if (connector.definition.unlisted_parameters !== 'allow') return []
  return query
    .filter(([key]) => !connector.query.some((row) => row.key === key))
    .map(([key, text]) => fromOverride({ key, field: 'query' }, text))
}
