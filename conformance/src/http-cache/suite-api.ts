import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import handleConfig from 'http-cache-tests/server/handle-config.mjs'
import handleState from 'http-cache-tests/server/handle-state.mjs'
import handleTest from 'http-cache-tests/server/handle-test.mjs'

/** The suite's own API, in this process. */
export interface SuiteApi {
  readonly url: string
  /** `host:port`. */
  readonly host: string
  /**
   * Says which request of a test comes next. The suite puts it into a header, which would be a part of the cache
   * key here: a connector's cache key has every header that it sends.
   */
  expect(testId: string, requestNumber: number): void
  close(): Promise<void>
}

const handlers = { config: handleConfig, state: handleState, test: handleTest }

/** Starts it on a free port of loopback. */
export async function startSuiteApi(): Promise<SuiteApi> {
  const numbers = new Map<string, number>()
  const server = createServer((request, response) => {
    const [, kind = '', ...segments] = (request.url ?? '').split(/[/?]/)
    const number = numbers.get(segments[0] ?? '')
    if (number !== undefined) request.headers['req-num'] = String(number)
    const handle = Object.entries(handlers).find(([name]) => name === kind)?.[1]
    if (handle === undefined) response.writeHead(404).end()
    else handle(segments, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    url: `http://${host}`,
    host,
    expect: (testId, requestNumber) => void numbers.set(testId, requestNumber),
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
