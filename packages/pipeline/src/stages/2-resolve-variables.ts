/**
 * Stage 2: renders every template that names no secret. Values come from the session, the stored variables
 * and the validated path parameters, never from the call. Sends nothing.
 */
import { ProblemError } from '@sluice/connector-schema'
import { nodeRuntime } from '@sluice/templates/runtime'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { Clock, VariableReader } from '../ports/ports.ts'
import { renderField } from '../rendering/render-field.ts'
import type { ExchangeValues, Merged, Provenanced, Read, Rendered, Resolved, Row } from '../steps/exchange.ts'

interface Needs {
  readonly variables: VariableReader
  readonly clock: Clock
}

/** The stage. */
export async function resolveVariables(merged: Merged, ports: Needs): Promise<Resolved> {
  const { call, pathParams } = merged
  const { connector, session } = call
  const { variables, reads } =
    connector.dependencies.variables.size === 0 ? none : await readVariables(connector, ports.variables)
  const nowSeconds = Math.floor(ports.clock.now() / 1000)
  const values: ExchangeValues = { session, pathParams, variables, nowSeconds, runtime: nodeRuntime }
  const render = (row: Row<Provenanced>) => resolve(row, values)
  return {
    call,
    values,
    reads,
    origin: renderField('url', 'resolve-variables', () => connector.url.renderOrigin(values)),
    target: renderField('url', 'resolve-variables', () => connector.url.renderTarget(values)),
    headers: merged.headers.map(render),
    query: merged.query.map(render),
  }
}

function resolve(row: Row<Provenanced>, values: ExchangeValues): Row<Rendered> {
  const { value } = row
  if (value.from === 'override') return { ...row, value: { text: value.text } }
  const { template } = value
  if (template.constant !== undefined) return { ...row, value: { text: template.constant } }
  if (template.uses.secrets.size > 0) return { ...row, value: { awaitsSecret: template } }
  const text = renderField(row.field, 'resolve-variables', () => template.render(values))
  return { ...row, value: { text } }
}

interface ReadVariables {
  readonly variables: ReadonlyMap<string, string>
  readonly reads: readonly Read[]
}

const none: ReadVariables = { variables: new Map(), reads: [] }

async function readVariables(
  { tenantId, dependencies }: CompiledConnector,
  reader: VariableReader,
): Promise<ReadVariables> {
  const variables = new Map<string, string>()
  const reads: Read[] = []
  const missing: string[] = []
  for (const [name, required] of dependencies.variables) {
    const stored = await reader.read(tenantId, name)
    if (stored !== undefined) variables.set(name, stored.value)
    else if (required) missing.push(name)
    reads.push({ kind: 'variable', name, stored })
  }
  if (missing.length > 0) {
    const detail = `The connector needs variables that do not exist: ${missing.join(', ')}`
    throw new ProblemError('VARIABLE_NOT_FOUND', { detail, params: missing })
  }
  return { variables, reads }
}
