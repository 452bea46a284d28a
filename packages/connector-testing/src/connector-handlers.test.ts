/** The handlers as a widget's test uses them: msw in Node, `fetch` for the widget's calls. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Manifest } from '@sluice/connector-schema'
import { setupServer } from 'msw/node'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'
import { connectorHandlers, connectorProblem } from './index.ts'

const nothing = {
  query: [],
  headers: [],
  path: { required: [], optional: [] },
  constraints: {},
  unlisted_parameters: 'reject',
  payload: false,
  access: 'authenticated',
} as const

const manifest = {
  version: 1,
  connectors: {
    'weather-api': {
      ...nothing,
      method: 'GET',
      query: ['q', 'days', 'unit', 'tag'],
      headers: ['X-Lang'],
      constraints: {
        query: {
          days: { type: 'integer', minimum: 1 },
          unit: { enum: ['c', 'f'] },
          tag: { multiple: true },
        },
      },
    },
    'idea-endorsements': { ...nothing, method: 'GET', path: { required: ['idea_id'], optional: ['lang'] } },
    'crm-create-lead': { ...nothing, method: 'POST', payload: true },
  },
} as const satisfies Manifest

const server = setupServer()
const failures: Error[] = []
const onFailure = (error: Error) => void failures.push(error)

beforeEach(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.close()
  server.resetHandlers()
  failures.length = 0
})

function call(target: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: 'Bearer token', ...init.headers }
  return fetch(`https://connect.example.com/connectors/${target}`, { ...init, headers })
}

test('a mock sees the overrides in the types of the manifest and answers as the API', async () => {
  server.use(
    ...connectorHandlers(manifest, {
      'weather-api': ({ query, headers }) => {
        expectTypeOf(query.q).toEqualTypeOf<string | undefined>()
        expectTypeOf(query.days).toEqualTypeOf<number | undefined>()
        expectTypeOf(query.unit).toEqualTypeOf<'c' | 'f' | undefined>()
        expectTypeOf(query.tag).toEqualTypeOf<readonly string[] | undefined>()
        expectTypeOf(headers['X-Lang']).toEqualTypeOf<string | undefined>()
        // @ts-expect-error - the manifest has no such key
        expect(query.city).toBeUndefined()
        return { query, headers }
      },
    }),
  )
  const headers = { 'x-header-params': 'x-lang=pl' }
  const answer = await call('weather-api/execute?q=Warsaw&days=3&unit=c&tag=a&tag=b', { headers })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('x-connector-error')).toBeNull()
  expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await answer.json()).toEqual({
    query: { q: 'Warsaw', days: 3, unit: 'c', tag: ['a', 'b'] },
    headers: { 'X-Lang': 'pl' },
  })
})

test('a mock sees path parameters and the payload', async () => {
  server.use(
    ...connectorHandlers(manifest, {
      'idea-endorsements': ({ path }) => {
        expectTypeOf(path.idea_id).toEqualTypeOf<string>()
        expectTypeOf(path.lang).toEqualTypeOf<string | undefined>()
        return path
      },
      'crm-create-lead': ({ payload }) => Response.json({ got: payload }, { status: 201 }),
    }),
  )
  const read = await call('idea-endorsements/execute', { headers: { 'x-path-params': 'idea_id=42' } })
  expect(await read.json()).toEqual({ idea_id: '42' })
  const headers = { 'content-type': 'application/json' }
  const created = await call('crm-create-lead/execute', {
    method: 'POST',
    headers,
    body: '{"company":"Acme"}',
  })
  expect(created.status).toBe(201)
  expect(await created.json()).toEqual({ got: { company: 'Acme' } })
})

test('what the proxy refuses never reaches the mock', async () => {
  let called = 0
  server.use(...connectorHandlers(manifest, { 'weather-api': () => called++ }))
  const answer = await call('weather-api/execute?api_key=mine')
  expect(answer.status).toBe(400)
  expect(answer.headers.get('x-connector-error')).toBe('OVERRIDE_NOT_PERMITTED')
  expect(await answer.json()).toMatchObject({
    code: 'OVERRIDE_NOT_PERMITTED',
    params: ['api_key'],
    stage: 'merge',
  })
  expect(called).toBe(0)
})

test('a mock can be the failure of the proxy, returned or thrown', async () => {
  server.use(
    ...connectorHandlers(manifest, {
      'weather-api': () => connectorProblem('UPSTREAM_TIMEOUT'),
      'crm-create-lead': () => {
        throw connectorProblem('RATE_LIMITED', { headers: { 'retry-after': '3' } })
      },
    }),
  )
  const timeout = await call('weather-api/execute')
  expect(timeout.status).toBe(504)
  expect(timeout.headers.get('x-connector-error')).toBe('UPSTREAM_TIMEOUT')
  const limited = await call('crm-create-lead/execute', { method: 'POST' })
  expect(limited.status).toBe(429)
  expect(limited.headers.get('retry-after')).toBe('3')
})

test("the API's own failure passes without the proxy's mark, also where a mock sets it", async () => {
  const headers = { 'x-connector-error': 'INTERNAL_ERROR' }
  server.use(
    ...connectorHandlers(manifest, { 'weather-api': () => Response.json({}, { status: 503, headers }) }),
  )
  const answer = await call('weather-api/execute')
  expect(answer.status).toBe(503)
  expect(answer.headers.get('x-connector-error')).toBeNull()
})

test('a connector without a mock is reported by name, and the call fails', async () => {
  server.use(...connectorHandlers(manifest, {}, { onFailure }))
  await expect(call('weather-api/execute')).rejects.toThrow()
  expect(failures.map((error) => error.message)).toEqual([expect.stringContaining('`weather-api`')])
})

test('a mock that throws is reported, not answered', async () => {
  const error = new Error('expected 3 days')
  const throws = () => {
    throw error
  }
  server.use(...connectorHandlers(manifest, { 'weather-api': throws }, { onFailure }))
  await expect(call('weather-api/execute')).rejects.toThrow()
  expect(failures).toEqual([error])
})

test('without `onFailure` no widget can swallow that a mock is missing', async () => {
  const script = `
    import { connectorHandlers } from '@sluice/connector-testing'
    import { getResponse } from 'msw'
    const handlers = connectorHandlers(${JSON.stringify(manifest)}, {})
    const headers = { authorization: 'Bearer token' }
    const url = 'https://connect.example.com/connectors/weather-api/execute'
    await getResponse(handlers, new Request(url, { headers })).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 1000))`
  const options = ['--conditions=source', '--input-type=module', '--eval', script]
  const child = spawn(process.execPath, options, { cwd: new URL('..', import.meta.url) })
  let printed = ''
  child.stderr.on('data', (chunk) => {
    printed += chunk
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(1)
  expect(printed).toContain('UnmockedConnectorError: The connector `weather-api` was called and has no mock')
})

test('a mock for a connector that does not exist is a mistake, in types and at run time', () => {
  // @ts-expect-error - the manifest has no such connector
  expect(() => connectorHandlers(manifest, { 'wether-api': () => 1 })).toThrow('`wether-api`')
})

test('with `baseUrl` other origins are left alone', async () => {
  const baseUrl = 'https://other.example.com/'
  server.use(...connectorHandlers(manifest, { 'weather-api': () => 1 }, { baseUrl }))
  await expect(call('weather-api/execute')).rejects.toThrow()
})
