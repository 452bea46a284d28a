import { type IncomingHttpHeaders, request } from 'node:http'

/** What a test sends: any header, also those that `fetch` would not let through. */
export interface HttpCall {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Uint8Array | string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly bytes: Buffer
}

/** Sends one request on a connection of its own; the target goes out as written. */
export function httpCall(base: string, target: string, call: HttpCall = {}): Promise<HttpAnswer> {
  const { hostname, port } = new URL(base)
  const { method = 'GET', headers = {}, body } = call
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
  return new Promise((resolve, reject) => {
    const options = {
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: target,
      agent: false as const,
    }
    const outgoing = request({ ...options, headers: sent }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: bytes.toString(),
          bytes,
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
