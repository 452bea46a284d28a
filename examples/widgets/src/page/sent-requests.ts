/** A request to the proxy as the page sent it. */
export interface SentRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** Notes every request that goes to the proxy from now on; the session's token is not kept. */
export function watchRequests(proxyUrl: string): () => SentRequest | undefined {
  const { origin } = new URL(proxyUrl)
  const { fetch } = globalThis
  let last: SentRequest | undefined
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    if (url.origin === origin) {
      const headers = [...request.headers].map(
        ([name, value]) => [name, name === 'authorization' ? 'Bearer ••••' : value] as const,
      )
      last = { method: request.method, target: url.pathname + url.search, headers }
    }
    return fetch(request)
  }
  return () => last
}
