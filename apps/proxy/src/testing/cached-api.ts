import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@sluice/pipeline'
import { systemClock } from '../adapters/clock/system-clock.ts'
import type { ServicesOptions } from '../services.ts'
import type { HttpAnswer, HttpCall } from './http-call.ts'
import { type ReceivedRequest, startSampleApi } from './sample-api.ts'
import { bearer, compiled, startTestProxy, type TestProxy } from './test-proxy.ts'

type Fields = readonly (readonly [name: string, value: string | number])[]

/** What the API answers to one request. A number as a date is so many seconds from now. */
export interface Scripted {
  readonly status?: number
  readonly headers?: Fields
  /** `answer n` by default, so that a test sees whose answer it got. */
  readonly body?: string
  readonly delayMs?: number
  /** 102 and 103 before the answer, the latter with a header of its own. */
  readonly interim?: boolean
  /** Closes the connection amid the head of its response. */
  readonly disconnect?: boolean
}

type Script = Scripted | ((request: ReceivedRequest, index: number) => Scripted)

/** An API with a script, a proxy before it, and a clock that a test moves. */
export interface CachedApi {
  readonly proxy: TestProxy
  readonly host: string
  /** What the API saw. */
  readonly received: readonly ReceivedRequest[]
  openRequests(): number
  /** Calls a connector, the first by default. */
  call(call?: CachedCall): Promise<HttpAnswer>
  /** Moves the clock of the proxy and the API's `Date`. */
  passSeconds(seconds: number): void
  close(): Promise<void>
}

export interface CachedCall extends HttpCall {
  readonly permalink?: string
  readonly query?: string
}

/** One definition by permalink; `$api` in a URL is the API's origin. */
export type Definitions = Readonly<Record<string, object>>

export interface CachedApiOptions {
  /** The last one answers all further requests too. */
  readonly script?: readonly Script[]
  readonly definitions?: Definitions
  readonly services?: Partial<ServicesOptions>
  /** How long after the headers a body ends. */
  readonly dripMs?: number
  readonly token?: Readonly<Record<string, string>>
}

const dates = new Set(['date', 'expires', 'last-modified'])

/** Starts both. */
async function startCachedApi(options: CachedApiOptions = {}): Promise<CachedApi> {
  const { script = [{}], definitions = { items: {} }, dripMs = 0 } = options
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const clock: Clock = { ...systemClock, now }
  const api = await startSampleApi(async (_incoming, outgoing) => {
    const index = api.received.length - 1
    const request = api.received[index]
    const next = script[Math.min(index, script.length - 1)] ?? {}
    if (request === undefined) return
    const {
      status = 200,
      headers = [],
      body,
      delayMs = 0,
      disconnect,
      interim,
    } = typeof next === 'function' ? next(request, index) : next
    if (delayMs > 0) await sleep(delayMs)
    if (disconnect === true) {
      // Amid the head: what ends without a byte on a kept connection is sent once more.
      outgoing.socket?.end('HTTP/1.1 ')
      return
    }
    if (interim === true) {
      outgoing.writeProcessing()
      outgoing.writeEarlyHints({ link: '</a.css>; rel=preload', 'x-early': '1' })
    }
    const hasDate = headers.some(([name]) => name.toLowerCase() === 'date')
    const fields = hasDate ? headers : [...headers, ['date', 0] as const]
    outgoing.sendDate = false
    outgoing.writeHead(
      status,
      fields.flatMap(([name, value]) => [name, written(name, value, now())]),
    )
    const hasBody = request.method !== 'HEAD' && status !== 304 && status !== 204
    if (dripMs > 0) {
      outgoing.flushHeaders()
      await sleep(dripMs)
    }
    outgoing.end(hasBody ? (body ?? `answer ${index + 1}`) : undefined)
  })
  const connectors = Object.entries(definitions).map(([permalink, definition]) =>
    compiled(
      JSON.parse(
        JSON.stringify({ permalink, url: '$api/items', ...definition }).replaceAll(
          '$api',
          `http://${api.host}`,
        ),
      ),
    ),
  )
  const proxy = await startTestProxy({
    apis: [api.host],
    connectors,
    services: { clock, ...options.services },
  })
  const [first = 'items'] = Object.keys(definitions)
  // Longer than any test moves the clock.
  const exp = Math.floor(Date.now() / 1000) + 100_000_000
  const authorization = await bearer({ exp, ...options.token })
  return {
    proxy,
    host: api.host,
    received: api.received,
    openRequests: api.openRequests,
    call: ({ permalink = first, query = '', headers = {}, ...call } = {}) =>
      proxy.call(`/connectors/${permalink}/execute${query}`, {
        headers: { ...authorization, ...headers },
        ...call,
      }),
    passSeconds(seconds) {
      offsetMs += seconds * 1000
    },
    async close() {
      await proxy.close()
      await api.close()
    },
  }
}

function written(name: string, value: string | number, nowMs: number): string {
  if (typeof value === 'string') return value
  return dates.has(name.toLowerCase()) ? new Date(nowMs + value * 1000).toUTCString() : String(value)
}

/** Closes what tests have started, in their `afterEach`. */
export function cachedApis() {
  const started: CachedApi[] = []
  return {
    async start(options?: CachedApiOptions): Promise<CachedApi> {
      const api = await startCachedApi(options)
      started.push(api)
      return api
    },
    async closeAll(): Promise<void> {
      for (const api of started.splice(0)) await api.close()
    },
  }
}
