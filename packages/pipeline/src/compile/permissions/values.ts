import { words } from '@sluice/connector-schema/permissions'
import { inspectTemplate, type TemplateInspection, type ValuePath } from '@sluice/templates'
import type { CompiledConnector } from '../compile-connector.ts'
import { type Grant, grantKey } from './grant.ts'

/** Filters that write a value so that it cannot change the text of a language around it. */
const quoting: ReadonlySet<string> = new Set([
  'soql',
  'odata',
  'jql',
  'sysparm',
  'graphql',
  'plain',
  'number',
])

/** Roots whose values the platform team does not choose. */
const foreign: ReadonlySet<string> = new Set([
  'user',
  'tenant_id',
  'pathParams',
  'body',
  'body_text',
  'response',
])

/** How values of the session, the caller and the API are written into the request and the response. */
export function* grantsOfValues(connector: CompiledConnector): Generator<Grant> {
  for (const { field, source } of templatesOf(connector)) {
    const { outputs } = inspectTemplate(source)
    const byPath = new Map<string, { quoted: boolean; raw: boolean }>()
    for (const { reads, filters } of outputs) {
      for (const path of reads.filter(isForeign)) {
        const name = shownPath(path)
        const known = byPath.get(name) ?? { quoted: true, raw: false }
        byPath.set(name, {
          quoted: known.quoted && filters.some((filter) => quoting.has(filter)),
          raw: known.raw || filters.includes('raw'),
        })
      }
    }
    for (const [name, { quoted, raw }] of byPath) {
      const subject = words`${name} in ${field}`
      const written: Grant = { code: 'VALUE', subject, path: field }
      if (field !== 'response_body') yield written
      const partOf = field === 'response_body' ? {} : { partOf: grantKey(written) }
      if (!quoted && field !== 'response_body')
        yield { code: 'UNQUOTED_VALUE', subject, path: field, ...partOf }
      if (raw) yield { code: 'RAW_OUTPUT', subject, path: field, ...partOf }
    }
  }
}

/** What of the API's response reaches the browser: all of it, or what the response template reads. */
export function* grantsOfResponseParts({ definition }: CompiledConnector): Generator<Grant> {
  const code = 'RESPONSE'
  if (definition.response_body === '') {
    const subject = words`all of it`
    yield { code, subject, path: 'response_body', amount: { kind: 'prefix', path: [] } }
    return
  }
  for (const path of partsRead(inspectTemplate(definition.response_body))) {
    const subject = words`${shownPath(['response', ...path])}`
    yield { code, subject, path: 'response_body', amount: { kind: 'prefix', path } }
  }
}

/** Parts that no other part holds. */
function partsRead({ reads }: TemplateInspection): readonly ValuePath[] {
  const parts = reads.filter(([root]) => root === 'response').map(([, ...path]) => partOf(path))
  return parts.filter(
    (part) =>
      !parts.some((other) => other.length < part.length && other.every((step, i) => step === part[i])),
  )
}

/** The text of the body holds all that its JSON does. */
function partOf(path: ValuePath): ValuePath {
  const [first, ...rest] = path
  if (first === 'json') return ['body', ...rest]
  return first === 'headers' ? ['headers', ...rest.map((name) => name.toLowerCase())] : path
}

function templatesOf({ definition }: CompiledConnector): readonly { field: string; source: string }[] {
  const { url, headers, query_parameters: query, request_body, response_body } = definition
  const config: Readonly<Record<string, unknown>> = definition.authentication.config ?? {}
  const texts = Object.entries(config).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return [
    { field: 'url', source: url },
    ...headers.map(({ key, value }) => ({ field: `headers[${key}].value`, source: value })),
    ...query.map(({ key, value }) => ({ field: `query_parameters[${key}].value`, source: value })),
    ...texts.map(([name, source]) => ({ field: `authentication.config.${name}`, source })),
    { field: 'request_body', source: request_body },
    { field: 'response_body', source: response_body },
  ]
}

function isForeign([root = '']: ValuePath): boolean {
  return foreign.has(root) || root.startsWith('user.profile_fields.by_id(')
}

function shownPath(path: ValuePath): string {
  return path.map((step, index) => (index === 0 ? step : step === '[]' ? '[]' : `.${step}`)).join('')
}
