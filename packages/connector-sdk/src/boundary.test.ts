import { decodePairs } from '@sluice/connector-schema/wire'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorBoundaryError, createConnectorClient, isConnectorError, type Manifest } from './index.ts'
import { type RecordingServer, startRecordingServer } from './testing/recording-server.ts'
import { manifest } from './testing/sample-manifest.ts'

let server: RecordingServer
let call: (permalink: string, options?: unknown) => Promise<unknown>

beforeAll(async () => {
  server = await startRecordingServer()
  const client = createConnectorClient({ baseUrl: server.baseUrl, manifest })
  // What widget code without types can do.
  call = client.callConnector as typeof call
})
beforeEach(() => {
  server.received.length = 0
})
afterAll(() => server.close())

async function refusal(permalink: string, options?: unknown): Promise<ConnectorBoundaryError> {
  const error = await call(permalink, options).then(
    () => expect.unreachable('the call was made'),
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(ConnectorBoundaryError)
  expect(server.received).toEqual([])
  return error as ConnectorBoundaryError
}

describe('the boundary', () => {
  it.each(['nope', '__proto__', 'constructor', 'toString', '../admin', '..', '', 'SEARCH', 'a/b'])(
    'refuses the permalink %j, which the manifest has not',
    async (permalink) => {
      expect(await refusal(permalink)).toMatchObject({
        code: 'UNKNOWN_CONNECTOR',
        permalink,
        requestId: undefined,
      })
    },
  )

  it('refuses text that is no permalink also without a manifest', async () => {
    const untyped = createConnectorClient({ baseUrl: server.baseUrl })
    await expect(untyped.callConnector('../admin')).rejects.toMatchObject({ code: 'UNKNOWN_CONNECTOR' })
    await expect(untyped.callConnector('..')).rejects.toMatchObject({ code: 'UNKNOWN_CONNECTOR' })
    expect(server.received).toEqual([])
  })

  it.each([
    ['body', /did you mean `payload`\?/],
    ['Query', /did you mean `query`\?/],
    ['method', /method$/],
    ['__proto__', /__proto__$/],
    ['constructor', /constructor$/],
  ])('refuses the unknown option %s by name', async (option, message) => {
    const error = await refusal('create', JSON.parse(`{ ${JSON.stringify(option)}: {} }`))
    expect(error).toMatchObject({ code: 'UNKNOWN_OPTION', params: [option] })
    expect(error.message).toMatch(message)
  })

  it.each([
    ['query', new Map([['q', 'x']])],
    ['query', new URLSearchParams('q=x')],
    ['query', ['q']],
    ['query', 'q=x'],
    ['headers', new Headers({ accept: 'x' })],
    ['as', 'xml'],
    ['signal', {}],
    ['timeout', 0],
    ['timeout', -1],
    ['timeout', Number.NaN],
    ['timeout', 2 ** 31],
    ['timeout', 'soon'],
  ])('refuses the option %s: %o', async (option, value) => {
    expect(await refusal('search', { [option]: value })).toMatchObject({
      code: 'INVALID_OPTION',
      params: [option],
    })
  })

  it.each([
    ['query', 'Q'],
    ['query', 'nope'],
    ['query', '__proto__'],
    ['query', 'constructor'],
    ['query', 'toString'],
    ['query', 'length'],
    ['query', '0'],
    ['headers', 'Authorization'],
    ['headers', '__proto__'],
    ['path', 'q'],
    ['path', 'required'],
    ['path', '__proto__'],
  ])('refuses a key that may not be overridden: %s.%s', async (place, key) => {
    const error = await refusal('search', { [place]: JSON.parse(`{ ${JSON.stringify(key)}: "x" }`) })
    expect(error).toMatchObject({ code: 'OVERRIDE_NOT_PERMITTED', params: [key] })
  })

  it('refuses it also where its value is left out, and suggests the key that was meant', async () => {
    const error = await refusal('search', { query: { Limit: undefined } })
    expect(error.message).toContain('query.Limit: did you mean `limit`?')
  })

  it('names every missing path key, `undefined` being none', async () => {
    const expected = { code: 'MISSING_PATH_PARAMETERS', params: ['idea_id'] }
    expect(await refusal('idea-endorsements')).toMatchObject(expected)
    expect(await refusal('idea-endorsements', { path: { idea_id: undefined } })).toMatchObject(expected)
    const inherited = Object.create({ path: { idea_id: 1 } })
    expect(await refusal('idea-endorsements', inherited)).toMatchObject(expected)
  })

  it('refuses a payload where the method has none', async () => {
    expect(await refusal('search', { payload: { a: 1 } })).toMatchObject({ code: 'PAYLOAD_NOT_PERMITTED' })
  })

  it('refuses a payload that cannot be sent', async () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    const read = new Blob(['x']).stream()
    read.getReader()
    for (const payload of [cycle, 1n, () => 1, Symbol('s'), read]) {
      expect(await refusal('create', { payload })).toMatchObject({
        code: 'INVALID_OPTION',
        params: ['payload'],
      })
    }
  })

  it.each([
    ['sort', 'up', 'enum'],
    ['any', null, 'type'],
    ['any', Number.NaN, 'type'],
    ['any', Number.POSITIVE_INFINITY, 'type'],
    ['any', { toString: () => 'x' }, 'type'],
    ['any', [['x']], 'type'],
    ['any', Symbol('x'), 'type'],
  ])('refuses %s: %o, which breaks `%3$s`', async (key, value, rule) => {
    expect(await refusal('search', { query: { [key]: value } })).toMatchObject({
      code: 'INVALID_OVERRIDE',
      params: [{ key, rule }],
    })
  })

  it('takes numbers for enum values, whatever the case of the header', async () => {
    await call('search', { headers: { 'x-api-version': '2' } })
    expect(server.received).toHaveLength(1)
    server.received.length = 0
    expect(await refusal('search', { headers: { 'X-API-VERSION': 3 } })).toMatchObject({
      params: [{ key: 'X-Api-Version', rule: 'enum' }],
    })
  })

  it('leaves ranges, lengths, types and repetition to the proxy, which refuses them by name', async () => {
    await call('search', { query: { limit: [0, 'abc'], tag: 'toolong', flag: 'yes' } })
    expect(server.received[0]?.url).toContain('?limit=0&limit=abc&tag=toolong&flag=yes')
  })

  it('leaves a type that it does not know to the proxy', async () => {
    const newer = structuredClone(manifest) as unknown as { connectors: { search: { constraints: object } } }
    newer.connectors.search.constraints = { query: { q: { type: 'date' } } }
    const client = createConnectorClient({ baseUrl: server.baseUrl, manifest: newer as unknown as Manifest })
    await client.callConnector('search', { query: { q: '2026-01-01' } })
    expect(server.received[0]?.url).toBe('/connectors/search/execute?q=2026-01-01')
  })
})

const keys = fc.oneof(
  fc.constantFrom('q', 'limit', 'sort', 'Accept', 'accept', 'ACCEPT', 'x-api-version', 'idea_id', 'lang'),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'length',
    '0',
    'Authorization',
    'Host',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const values = fc.oneof(
  fc.constantFrom('asc', 1, true, undefined),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.anything({ maxDepth: 1 }),
)
const table = fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: false })
const options = fc.record({ query: table, headers: table, path: table }, { requiredKeys: [] })

describe('whatever untyped code passes (G3)', () => {
  it('only permitted keys are sent, and every other outcome is an error of the SDK', async () => {
    let sent = 0
    const permalinks = fc.constantFrom('search', 'idea-endorsements', 'bare', 'create', '__proto__')
    await fc.assert(
      fc.asyncProperty(permalinks, options, async (permalink, input) => {
        server.received.length = 0
        await call(permalink, input).catch((error: unknown) => {
          expect(isConnectorError(error)).toBe(true)
        })
        for (const { url, headers, method } of server.received) {
          sent++
          const connector = (manifest as Manifest).connectors[permalink]
          if (connector === undefined) expect.unreachable()
          expect(method).toBe(connector.method)
          const { pathname, search } = new URL(url, server.baseUrl)
          expect(pathname).toBe(`/connectors/${permalink}/execute`)
          expect(connector.query).toEqual(expect.arrayContaining(keysIn(search.slice(1))))
          expect(connector.headers).toEqual(expect.arrayContaining(keysIn(headers['x-header-params'])))
          const path = [...connector.path.required, ...connector.path.optional]
          expect(path).toEqual(expect.arrayContaining(keysIn(headers['x-path-params'])))
          expect(headers.authorization).toBeUndefined()
        }
      }),
      { numRuns: 400 },
    )
    // About one call in thirty is permitted: without any, nothing was tested.
    expect(sent).toBeGreaterThan(0)
  })
})

function keysIn(encoded: string | string[] | undefined): string[] {
  const pairs = decodePairs(String(encoded ?? ''))
  if (pairs === undefined) expect.unreachable('not decodable')
  return pairs.map(([key]) => key)
}
