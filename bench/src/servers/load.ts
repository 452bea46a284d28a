/**
 * The load: closed (so many connections, each asks again once it is answered) or open (so many requests a second,
 * whatever the answers do). Every answer is compared with what was expected, status and bytes.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { type Dispatcher, Pool } from 'undici'

/** What is asked, and the only right answer. */
export interface Target {
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What came of a load. Latencies are of whole answers, from the moment at which the request was due. */
export interface LoadResult {
  readonly rps: number
  readonly requests: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** As many as come in half a second, or so many, may be on their way: more are a server that does not keep up. */
const maxBehindMs = 500
const minInFlight = 1000

/** An answer that stays away for so long is an error. */
const answerWithinMs = 10_000

/** Never more than a wrong clock could ask for. */
const maxRequests = 2_000_000

/**
 * Asks over so many connections as fast as answers come.
 *
 * @throws Error of the first answer that is wrong or stays away
 */
export function saturate(
  target: Target,
  { connections, ms }: { readonly connections: number; readonly ms: number },
): Promise<LoadResult> {
  return withPool(target, connections, async (ask, measured) => {
    const end = performance.now() + ms
    const askOnAndOn = async (): Promise<void> => {
      while (performance.now() < end && measured.count < maxRequests) await ask()
    }
    await Promise.all(Array.from({ length: connections }, askOnAndOn))
  })
}

/**
 * Asks so many times a second. A server that falls behind meets what has come meanwhile, and each request counts from
 * when it was due: waiting for a connection is part of its latency (no coordinated omission).
 *
 * @throws Error of the first answer that is wrong or stays away, or where the server does not keep up
 */
export function keepRate(
  target: Target,
  { rps, ms, connections }: { readonly rps: number; readonly ms: number; readonly connections: number },
): Promise<LoadResult> {
  return withPool(target, connections, async (ask) => {
    const begin = performance.now()
    const total = Math.min(Math.floor((rps * ms) / 1000), maxRequests)
    const maxInFlight = Math.max(minInFlight, (rps * maxBehindMs) / 1000)
    const running = new Set<Promise<void>>()
    let failure: unknown
    for (let sent = 0; sent < total && failure === undefined; ) {
      const due = Math.min(total, Math.ceil(((performance.now() - begin) / 1000) * rps))
      for (; sent < due; sent += 1) {
        const one = ask().catch((error: unknown) => {
          failure ??= error
        })
        running.add(one)
        void one.finally(() => running.delete(one))
      }
      if (running.size > maxInFlight) throw new Error(`It does not keep up with ${Math.round(rps)} a second`)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(running)
    if (failure !== undefined) throw failure
  })
}

/** Asks once. @throws Error where the answer is wrong */
export async function askOnce(target: Target): Promise<void> {
  await withPool(target, 1, (ask) => ask())
}

type Load = (ask: () => Promise<void>, measured: RecordableHistogram) => Promise<void>

async function withPool(target: Target, connections: number, load: Load): Promise<LoadResult> {
  const { origin, path, headers, body } = target
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: answerWithinMs,
    bodyTimeout: answerWithinMs,
  })
  // In microseconds: an answer of a proxy takes tenths of a millisecond.
  const measured = createHistogram()
  const headerList = Object.entries(headers).flat()
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const began = performance.now()
      const onWhole = (): void => {
        measured.record(Math.max(1, Math.round((performance.now() - began) * 1000)))
        resolve()
      }
      pool.dispatch(
        { path, method: 'GET', headers: headerList },
        checking({ target: `${origin}${path}`, body, onWhole, onWrong: reject }),
      )
    })
  try {
    const began = performance.now()
    await load(ask, measured)
    const seconds = (performance.now() - began) / 1000
    return {
      rps: measured.count / seconds,
      requests: measured.count,
      p50Ms: measured.percentile(50) / 1000,
      p99Ms: measured.percentile(99) / 1000,
    }
  } finally {
    await pool.destroy()
  }
}

interface Expected {
  readonly target: string
  readonly body: Buffer
  readonly onWhole: () => void
  readonly onWrong: (error: Error) => void
}

/** Reads one answer and compares it, without keeping it. */
function checking({ target, body, onWhole, onWrong }: Expected): Dispatcher.DispatchHandler {
  let offset = 0
  let isRight = true
  let got = 0
  return {
    onResponseStart(_controller, status) {
      if (status >= 200) got = status
    },
    onResponseData(_controller, chunk) {
      const end = offset + chunk.length
      isRight &&= end <= body.length && body.compare(chunk, 0, chunk.length, offset, end) === 0
      offset = end
    },
    onResponseEnd() {
      if (got === 200 && isRight && offset === body.length) onWhole()
      else onWrong(new Error(`${target}: a wrong answer, status ${got}, ${offset} bytes`))
    },
    onResponseError(_controller, error) {
      onWrong(new Error(`${target}: ${error.message}`, { cause: error }))
    },
    onRequestStart() {},
  }
}
