import { words } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import type { OpaqueText } from './grant.ts'
import { targetText } from './url-text.ts'

/** Fields of an authentication that say for whom a token is. */
const identityFields = [
  'subject',
  'issuer',
  'audience',
  'client_id',
  'claims',
  'additional_claims',
  'scope',
  'username',
]

/** Texts of a definition of which only a change can be told. */
export function* textsOf({ definition, url }: CompiledConnector): Generator<OpaqueText> {
  const { method, authentication } = definition
  yield { code: 'METHOD', name: words`the method`, path: 'method', value: method, isShort: true }
  const target = targetText(url)
  yield { code: 'PATH', name: words`path and query`, path: 'url', value: target, isShort: true }
  const config: Readonly<Record<string, unknown>> = authentication.config ?? {}
  yield {
    code: 'AUTHENTICATION',
    name: words`its type`,
    path: 'authentication.type',
    value: authentication.type === 'apikey' ? 'api_key' : authentication.type,
  }
  for (const [field, value] of Object.entries(config)) {
    if (value === undefined) continue
    yield {
      code: identityFields.includes(field) ? 'IDENTITY' : 'AUTHENTICATION',
      name: words`${field}`,
      path: `authentication.config.${field}`,
      value: canonicalJson(value),
    }
  }
  yield* rowTexts(definition)
  yield* bodyTexts(definition)
  const language = definition.template_language
  yield {
    code: 'LANGUAGE',
    name: words`the language`,
    path: 'template_language',
    value: language,
    isShort: true,
  }
}

type Definition = CompiledConnector['definition']

function* rowTexts({ headers, query_parameters, path_parameters }: Definition): Generator<OpaqueText> {
  const code = 'REQUEST_VALUE'
  for (const { key, value } of headers) {
    yield { code, name: words`the header ${key.toLowerCase()}`, path: `headers[${key}].value`, value }
  }
  // A key that repeats is sent with all its values, in their order.
  const values = Map.groupBy(query_parameters, ({ key }) => key)
  for (const [key, rows] of values) {
    yield {
      code,
      name: words`the query parameter ${key}`,
      path: `query_parameters[${key}].value`,
      value: JSON.stringify(rows.map(({ value }) => value)),
    }
  }
  for (const { key, value } of path_parameters) {
    if (value === undefined) continue
    yield { code, name: words`the path parameter ${key}`, path: `path_parameters[${key}].value`, value }
  }
}

function* bodyTexts(definition: Definition): Generator<OpaqueText> {
  const { request_body, response_body, response_content_type } = definition
  if (request_body !== '') {
    yield { code: 'REQUEST_VALUE', name: words`the body`, path: 'request_body', value: request_body }
  }
  const code = 'RESPONSE_TEMPLATE'
  yield { code, name: words`its template`, path: 'response_body', value: response_body }
  yield {
    code,
    name: words`its content type`,
    path: 'response_content_type',
    value: response_content_type,
  }
}

/** JSON with its keys in order: the same value is the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}
