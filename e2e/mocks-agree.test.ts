/** The mocks of a widget's tests and a running proxy, asked the same: neither lets through what the other refuses. */
import { manifestOf, parseDefinition } from '@sluice/connector-schema'
import { connectorHandlers } from '@sluice/connector-testing'
import fc from 'fast-check'
import { getResponse, HttpResponse, http } from 'msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMockedApi } from './harness/mocked-api.ts'
import { sessionSecret, sessionToken } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'

const origin = 'https://api.example.com'
const constraints = { type: 'integer', minimum: 1, maximum: 50 }
const sources = [
  {
    name: 'Search',
    query_parameters: [
      { key: 'q', value: 'x', overridable: true },
      { key: 'limit', value: '10', overridable: true, constraints },
      { key: 'sort', value: 'asc', overridable: true, constraints: { enum: ['asc', 'desc'] } },
      { key: 'tag', value: '', overridable: true, constraints: { multiple: true, pattern: '[a-z]{2,4}' } },
      { key: 'locked', value: '1' },
    ],
    headers: [
      { key: 'X-Lang', value: 'en', overridable: true, constraints: { max_length: 5 } },
      { key: 'X-Locked', value: '1' },
    ],
  },
  {
    name: 'Item',
    url: '/items/{{ pathParams.id }}/{{ pathParams.part }}',
    path_parameters: [{ key: 'id' }, { key: 'part', value: 'all' }],
  },
  {
    name: 'Note',
    url: '/notes/{{ pathParams.text }}',
    path_parameters: [{ key: 'text', format: 'text' }],
  },
  {
    name: 'Open',
    unlisted_parameters: 'allow',
    access: 'anonymous',
    query_parameters: [{ key: 'q', value: 'x', overridable: true }],
  },
  { name: 'Create', method: 'POST' },
  { name: 'Remove', method: 'DELETE' },
]

const definitionsAt = (api: string) =>
  sources.map((source) => ({ ...source, url: api + (source.url ?? '/') }))

const manifest = manifestOf(
  definitionsAt(origin).map((source) => {
    const { definition, errors } = parseDefinition(source)
    if (definition === undefined) throw new Error(JSON.stringify(errors))
    return definition
  }),
)
const permalinks = Object.keys(manifest.connectors)
const answered = { answered: true }
const handlers = connectorHandlers(
  manifest,
  Object.fromEntries(permalinks.map((it) => [it, () => answered])),
  {
    pathFormats: { note: { text: 'text' } },
  },
)

let sluice: SluiceDev
let api: Awaited<ReturnType<typeof startMockedApi>>
let token: string

beforeAll(async () => {
  api = await startMockedApi(origin, [http.all(`${origin}/*`, () => HttpResponse.json(answered))])
  sluice = await startSluiceDev({
    registry: { connectors: definitionsAt(api.origin) },
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      users: [{ id: '7', email: 'ada@example.com' }],
      allow_upstreams: [api.host],
    },
  })
  token = await sessionToken()
})

afterAll(async () => {
  await sluice.stop()
  await api.close()
})

const text = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    '50',
    '51',
    '1.5',
    'asc',
    'ab',
    'abcde',
    '..',
    'a..b',
    '../x',
    '%2e%2e',
    'a b',
    'ü',
    '\r\n',
  ),
  fc.constantFrom("{{ get_secret('k') }}", '\0', 'a/b', 'a\\b', 'x'.repeat(201), 'a;b'),
  fc.string({ maxLength: 6, unit: 'binary' }),
)
const encode = (part: string) => encodeURIComponent(part.toWellFormed())
const pairsOf = (...keys: string[]) =>
  fc
    .array(fc.tuple(fc.constantFrom(...keys), text), { maxLength: 3 })
    .map((pairs) => pairs.map((pair) => pair.map(encode).join('=')).join('&'))
const malformed = fc.constantFrom('%', 'a=%ff', '%c3=1', 'a=ü', '&&', 'a', '=', 'x'.repeat(4097))
const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 8 }, { arbitrary: rare, weight: 1 })

const pathOf = (permalink: string): fc.Arbitrary<string> => {
  if (permalink === 'item') return pairsOf('id', 'part')
  return permalink === 'note' ? pairsOf('text') : fc.constant('')
}

const queryOf = (permalink: string): fc.Arbitrary<string> => {
  if (permalink === 'search') return pairsOf('q', 'limit', 'sort', 'tag')
  return permalink === 'open' ? pairsOf('q', 'Q', 'q[]', 'other', 'a\0') : fc.constant('')
}

const calls = mostly(fc.constantFrom(...permalinks), fc.constantFrom('unknown', 'toString'))
  .chain((permalink) =>
    fc.record({
      permalink: fc.constant(permalink),
      otherMethod: mostly(fc.constant(undefined), fc.constantFrom('GET', 'POST', 'PUT', 'DELETE')),
      authorization: mostly(
        fc.constant('Bearer'),
        fc.constantFrom(undefined, 'Basic eDp5', 'Bearer a b', 'Bearer'),
      ),
      query: mostly(
        queryOf(permalink),
        fc.oneof(malformed, pairsOf('q', 'Q', 'q[]', 'locked', 'other', 'a\0')),
      ),
      path: mostly(pathOf(permalink), fc.oneof(malformed, pairsOf('id', 'text', 'ID', '__proto__'))),
      headers: mostly(
        permalink === 'search' ? pairsOf('X-Lang', 'x-lang') : fc.constant(''),
        fc.oneof(malformed, pairsOf('X-Lang', 'X-Locked', 'Cookie', 'constructor')),
      ),
      body: mostly(fc.constant(undefined), fc.constantFrom('{}', 'not json')),
      coding: mostly(fc.constant(undefined), fc.constant('gzip')),
    }),
  )
  .map((call) => ({
    ...call,
    method: call.otherMethod ?? manifest.connectors[call.permalink]?.method ?? 'GET',
  }))

type CallOf<A> = A extends fc.Arbitrary<infer C> ? C : never

function requestTo(base: string, call: CallOf<typeof calls>): Request {
  const headers: Record<string, string> = { 'x-request-id': 'the-call' }
  if (call.authorization !== undefined) {
    headers.authorization = call.authorization === 'Bearer' ? `Bearer ${token}` : call.authorization
  }
  if (call.path !== '') headers['x-path-params'] = call.path
  if (call.headers !== '') headers['x-header-params'] = call.headers
  if (call.coding !== undefined && call.body !== undefined) headers['content-encoding'] = call.coding
  const hasBody = call.method !== 'GET' && call.body !== undefined
  return new Request(`${base}/connectors/${call.permalink}/execute?${call.query}`, {
    method: call.method,
    headers,
    ...(hasBody && { body: call.body ?? null }),
  })
}

const compared = [
  'x-connector-error',
  'x-request-id',
  'www-authenticate',
  'allow',
  'content-security-policy',
  'x-content-type-options',
  'vary',
]

async function seen(answer: Response | undefined) {
  const problem = answer?.headers.get('x-connector-error') !== null
  return {
    status: answer?.status,
    headers: compared.map((name) => [name, answer?.headers.get(name)]),
    refusalHeaders: problem && ['content-type', 'cache-control'].map((name) => answer?.headers.get(name)),
    body: await answer?.json(),
  }
}

test('every call is refused by both with the same answer, or by neither', async () => {
  const codes = new Map<unknown, number>()
  await fc.assert(
    fc.asyncProperty(calls, async (call) => {
      const real = requestTo(sluice.url, call)
      const mocked = requestTo(sluice.url, call)
      const [proxy, mock] = [await seen(await fetch(real)), await seen(await getResponse(handlers, mocked))]
      expect(mock).toEqual(proxy)
      const code = proxy.body.code ?? 'answered'
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }),
    { numRuns: 600 },
  )
  // A comparison that never sees a kind of refusal proves nothing of it.
  expect([...codes.keys()]).toEqual(
    expect.arrayContaining([
      'answered',
      'AUTHENTICATION_REQUIRED',
      'INVALID_SESSION',
      'CONNECTOR_NOT_FOUND',
      'METHOD_NOT_ALLOWED',
      'INVALID_REQUEST',
      'OVERRIDE_NOT_PERMITTED',
      'INVALID_OVERRIDE',
      'MISSING_PATH_PARAMETERS',
      'INVALID_PATH_PARAMETERS',
    ]),
  )
})

test('a payload over the limit is refused by both alike', async () => {
  const call = () =>
    new Request(`${sluice.url}/connectors/create/execute`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-request-id': 'the-call' },
      body: new Uint8Array(10 * 1024 * 1024 + 1),
    })
  const proxy = await seen(await fetch(call()))
  expect(proxy.body.code).toBe('PAYLOAD_TOO_LARGE')
  expect(await seen(await getResponse(handlers, call()))).toEqual(proxy)
})
