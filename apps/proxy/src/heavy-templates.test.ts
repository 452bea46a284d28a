import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SampleApi, startSampleApi } from './testing/sample-api.ts'
import { bearer, compiled, startTestProxy, type TestProxy } from './testing/test-proxy.ts'

const heavy = `${"{% assign x = body | where: 'a', 1 %}".repeat(10)}{"n": {{ x | size }}}`
/** More turns than any deadline lets pass, however fast a turn is. */
const endless = '{"n": {% for a in body %}{% for b in body %}{% endfor %}{% endfor %}1}'
const listOf = (items: number): string => JSON.stringify(Array(items).fill(0))
/** Far above what any exchange should wait; the machine may be busy with other things. */
const hangMs = 1000

let api: SampleApi
let proxy: TestProxy

beforeAll(async () => {
  api = await startSampleApi((incoming, outgoing) => {
    incoming.resume()
    const items = Number(new URL(incoming.url ?? '', 'http://api').searchParams.get('items') ?? 0)
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(items === 0 ? '{"ok":true}' : listOf(items))
  })
  const at = (path: string) => `http://${api.host}${path}`
  const post = { method: 'POST', request_body: heavy } as const
  const answered = `{% assign s = response.json | sort_natural | where: 'a', 1 %}{"n": {{ s | size }}}`
  proxy = await startTestProxy({
    apis: [api.host],
    connectors: [
      compiled({
        name: 'Light',
        permalink: 'light',
        url: at('/'),
        response_body: '{"k": {{ response.json.ok }}}',
      }),
      compiled({ name: 'Heavy', permalink: 'heavy', url: at('/'), ...post }),
      compiled({
        name: 'Endless',
        permalink: 'endless',
        url: at('/'),
        method: 'POST',
        request_body: endless,
      }),
      compiled({ name: 'Answer', permalink: 'answer', url: at('/?items=2000000'), response_body: answered }),
      compiled({
        name: 'Sum',
        permalink: 'sum',
        url: at('/'),
        method: 'POST',
        request_body: '{"n": {{ body | size }}}',
      }),
      compiled({
        name: 'Mean',
        permalink: 'mean',
        url: at('/?items=150000'),
        response_body: '{"n": {{ response.json | size }}}',
      }),
    ],
  })
})

afterAll(async () => {
  await proxy.close()
  await api.close()
})

async function send(permalink: string, body?: string) {
  const headers = { ...(await bearer()), 'content-type': 'application/json' }
  const call = body === undefined ? { headers } : { method: 'POST', headers, body }
  return proxy.call(`/connectors/${permalink}/execute`, call)
}

/** How long light exchanges take while something else goes on, in milliseconds, sorted. */
async function lightWhile(work: () => Promise<unknown>): Promise<readonly number[]> {
  let done = false
  const working = work().finally(() => {
    done = true
  })
  const took: number[] = []
  while (!done || took.length < 20) {
    const started = performance.now()
    const { status } = await send('light')
    took.push(performance.now() - started)
    expect(status).toBe(200)
  }
  await working
  return took.toSorted((a, b) => a - b)
}

function p99(sorted: readonly number[]): number {
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY
}

describe('other exchanges go on', () => {
  test.each([
    { on: 'large payloads', permalink: 'heavy', body: listOf(500_000), calls: 6 },
    { on: 'small payloads that need much work', permalink: 'heavy', body: listOf(60_000), calls: 6 },
    { on: 'large answers', permalink: 'answer', body: undefined, calls: 4 },
  ])(
    'while heavy templates run on $on',
    async ({ permalink, body, calls }) => {
      await send('light')
      const statuses: number[] = []
      const took = await lightWhile(() =>
        Promise.all(
          Array.from({ length: calls }, async () => statuses.push((await send(permalink, body)).status)),
        ),
      )
      expect(p99(took)).toBeLessThan(hangMs)
      expect(statuses).toHaveLength(calls)
      for (const status of statuses) expect([200, 422, 502]).toContain(status)
    },
    60_000,
  )
})

describe('in a process of its own as in that of the server', () => {
  test('a large payload is rendered and sent', async () => {
    expect((await send('sum', listOf(300_000))).status).toBe(200)
    expect(String(await api.received.at(-1)?.body)).toBe('{"n": 300000}')
  })

  test('a large answer is rendered', async () => {
    expect(await send('mean')).toMatchObject({ status: 200, body: '{"n": 150000}' })
  })

  test('a template that meets the deadline is 422, and nothing is sent', async () => {
    const before = api.received.length
    const { status, body } = await send('endless', listOf(300_000))
    expect(status).toBe(422)
    expect(JSON.parse(body)).toMatchObject({ code: 'TEMPLATE_RENDERING_FAILED', params: ['request_body'] })
    expect(api.received).toHaveLength(before)
  })
})
