import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodePairs, ProblemError } from '@sluice/connector-schema'
import type { Call, CompiledConnector } from '@sluice/pipeline'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../adapters/clock/system-clock.ts'
import { type HttpCall, httpCall } from '../testing/http-call.ts'
import { arrive } from './arrival.ts'
import { parseCall } from './parse-call.ts'
import type { Caller } from './session.ts'

const limitBytes = 1000
const caller: Caller = {
  credentials: { by: 'nobody' },
  session: { tenant_id: 'acme' },
  tenant: { id: 'acme', origins: new Set(), cookieSessions: false, hosts: [] },
}

/** What the last request became. */
let parsed: Pick<Call, 'query' | 'headers' | 'pathParams' | 'ifNoneMatch' | 'requestId'> | undefined
let base = ''

function answer(incoming: IncomingMessage, outgoing: ServerResponse) {
  parsed = undefined
  const connector = { definition: { method: incoming.method } } as CompiledConnector
  const arrival = arrive({ incoming, outgoing }, systemClock)
  try {
    const ending = new AbortController()
    parsed = parseCall({ arrival, caller, connector, ending, payloadLimitBytes: limitBytes })
    outgoing.end('ok')
  } catch (error) {
    outgoing.end(error instanceof ProblemError ? error.code : 'thrown')
  }
  incoming.resume()
}

const server = createServer(answer)
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

const send = async (target: string, call?: HttpCall) => (await httpCall(base, target, call)).body

describe('overrides', () => {
  const value = fc.string({ unit: 'grapheme', maxLength: 30 })

  test('arrive exactly as sent, whatever they contain', async () => {
    const pairs = fc.array(fc.tuple(value, value), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(pairs, pairs, async (query, others) => {
        const target = `/x?${encodePairs(query)}`
        const encoded = encodePairs(others)
        const headers = { 'x-path-params': encoded, 'x-header-params': encoded }
        expect(await send(target, { headers })).toBe('ok')
        // A piece that is empty between two ampersands is no pair.
        const sent = (list: typeof query) => list.map(([k, v]) => [k.toWellFormed(), v.toWellFormed()])
        expect(parsed?.query).toEqual(sent(query))
        expect(parsed?.pathParams).toEqual(sent(others))
        expect(parsed?.headers).toEqual(sent(others))
      }),
      { numRuns: 60 },
    )
  })

  test('are never rendered or looked up: prototype names and templates are text', async () => {
    const pairs: [string, string][] = [
      ['__proto__', "{{ get_secret('k') }}"],
      ['constructor', '../..'],
      ['a', ''],
      ['a', 'second'],
    ]
    await send(`/x?${encodePairs(pairs)}`)
    expect(parsed?.query).toEqual(pairs)
  })

  test.each(['/x?a=%', '/x?a=%zz', '/x?a=%ff', '/x?%c3%28=1', '/x?a=%ed%a0%80'])(
    'in a malformed query string are refused: %s',
    async (target) => {
      expect(await send(target)).toBe('INVALID_REQUEST')
    },
  )

  test.each(['x-path-params', 'x-header-params'])('in a malformed %s are refused', async (name) => {
    for (const text of ['a=%', 'a=%ff', 'a=%ed%a0%80', 'a=b c', 'a=\u00e9', `a=${'x'.repeat(4096)}`]) {
      expect(await send('/x', { headers: { [name]: text } })).toBe('INVALID_REQUEST')
    }
    expect(await send('/x', { headers: { [name]: `a=${'x'.repeat(4094)}` } })).toBe('ok')
  })

  test.each(['x-path-params', 'X-Header-Params'])(
    'in two fields of the name %s are refused',
    async (name) => {
      expect(await send('/x', { headers: { [name]: ['a=1', 'b=2'] } })).toBe('INVALID_REQUEST')
    },
  )
})

test('the browser’s own headers are no overrides', async () => {
  await send('/x', {
    headers: { accept: 'text/html', 'user-agent': 'b', cookie: 'a=b', 'if-none-match': '"v1"' },
  })
  expect(parsed).toMatchObject({ headers: [], query: [], pathParams: [], ifNoneMatch: '"v1"' })
})

describe('a request id', () => {
  test.each(['abc', 'A-b_c.9', 'x'.repeat(128)])('that is well-formed is kept: %s', async (id) => {
    await send('/x', { headers: { 'x-request-id': id } })
    expect(parsed?.requestId).toBe(id)
  })

  test.each(['', 'a b', 'x'.repeat(129), 'a"b', '{{ x }}', '\u00e9'])(
    'that is not is replaced: %j',
    async (id) => {
      await send('/x', { headers: { 'x-request-id': id } })
      expect(parsed?.requestId).toMatch(/^[0-9a-f-]{36}$/)
    },
  )
})

describe('a loop', () => {
  test.each(['1.1 sluice', '1.0 fred, 1.1 sluice', 'HTTP/1.1 Sluice (x), 1.1 other', '1.1  sluice'])(
    'is recognised by our own Via: %s',
    async (via) => {
      expect(await send('/x', { headers: { via } })).toBe('INVALID_REQUEST')
    },
  )

  test.each(['1.1 nginx', '1.1 sluice.example.com', '1.1 vegur (sluice)'])(
    'is not seen in %s',
    async (via) => {
      expect(await send('/x', { headers: { via } })).toBe('ok')
    },
  )
})

describe('a payload', () => {
  test.each(['GET', 'HEAD', 'OPTIONS'])('is refused with %s', async (method) => {
    const announced = { method, headers: { 'content-length': '2' }, body: 'hi' }
    const chunked = { method, headers: { 'transfer-encoding': 'chunked' }, body: 'hi' }
    if (method === 'HEAD') {
      await send('/x', announced)
      expect(parsed).toBeUndefined()
      return
    }
    expect(await send('/x', announced)).toBe('INVALID_REQUEST')
    expect(await send('/x', chunked)).toBe('INVALID_REQUEST')
  })

  test('whose announced length is over the limit is refused before it is read', async () => {
    expect(await send('/x', { method: 'POST', body: 'x'.repeat(limitBytes + 1) })).toBe('PAYLOAD_TOO_LARGE')
    expect(await send('/x', { method: 'POST', body: 'x'.repeat(limitBytes) })).toBe('ok')
  })

  test('that is compressed is refused: the API would not learn of it', async () => {
    const call = { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' }
    expect(await send('/x', call)).toBe('INVALID_REQUEST')
  })
})
