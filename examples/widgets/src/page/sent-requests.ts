/** An answer as the page got it. */
export interface GotAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Text where it is text and short; absent otherwise. */
  readonly body: string | undefined
}

/** A request to the proxy as the page sent it. */
export interface SentRequest {
  readonly permalink: string
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Text where it is JSON and short; absent otherwise. */
  readonly payload: string | undefined
  /** `undefined` where none came. */
  readonly answer: Promise<GotAnswer | undefined>
}

/** What the page has sent. */
export interface SentRequests {
  /** Requests of these connectors that began after so many had. */
  since(count: number, permalinks: readonly string[]): readonly SentRequest[]
  count(): number
}

const shortBytes = 20_000
const remembered = 200

/** Notes every request that goes to the proxy from now on; the session's token is not kept. */
export function watchRequests(proxyUrl: string): SentRequests {
  const { origin } = new URL(proxyUrl)
  const { fetch } = globalThis
  const sent: SentRequest[] = []
  let forgotten = 0
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const [, permalink] = /^\/connectors\/([^/]+)\/execute$/.exec(url.pathname) ?? []
    if (url.origin !== origin || permalink === undefined) return fetch(request)
    const payload = isJson(request.headers) ? await request.clone().text() : undefined
    const answered = fetch(request)
    sent.push({
      permalink: decodeURIComponent(permalink),
      method: request.method,
      target: url.pathname + url.search,
      headers: [...request.headers].map(([name, value]) => [
        name,
        name === 'authorization' ? 'Bearer ••••' : value,
      ]),
      payload,
      answer: answered.then(
        (response) => noted(response.clone()),
        () => undefined,
      ),
    })
    if (sent.length > remembered) {
      sent.shift()
      forgotten += 1
    }
    return answered
  }
  return {
    count: () => forgotten + sent.length,
    since: (count, permalinks) =>
      sent.slice(Math.max(0, count - forgotten)).filter(({ permalink }) => permalinks.includes(permalink)),
  }
}

async function noted(response: Response): Promise<GotAnswer> {
  const isShort = Number(response.headers.get('content-length') ?? shortBytes) < shortBytes
  const { status } = response
  const headers = [...response.headers]
  // Whoever called may abort as soon as it has read enough.
  const reading = isShort && isJson(response.headers) ? response.text() : response.body?.cancel()
  const body = await reading?.catch(() => undefined)
  return { status, headers, body: body ?? undefined }
}

function isJson(headers: Headers): boolean {
  return /^application\/(?:[^;]+\+)?json\b/.test(headers.get('content-type') ?? '')
}
