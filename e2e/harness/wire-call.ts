import { once } from 'node:events'
import { type Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface WireCall {
  readonly method?: string
  /** Path and query exactly as they shall stand in the request line. */
  readonly target: string
  /** Repeats allowed. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Buffer | string
  /** Whose connections are used; one for each call where there is none. */
  readonly agent?: Agent
}

export interface WireAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  /** Parsed, for answers that are JSON. */
  readonly json: () => Record<string, unknown>
}

/** One HTTP request with nothing normalised on the way: what a hostile client can send. */
export async function wireCall(base: string, call: WireCall): Promise<WireAnswer> {
  const { hostname, port } = new URL(base)
  const outgoing = request({
    hostname,
    port,
    path: call.target,
    method: call.method ?? 'GET',
    ...(call.agent && { agent: call.agent }),
    headers: ['Host', `${hostname}:${port}`, ...(call.headers ?? []).flat(), ...lengthOf(call)],
  })
  // Of a connection that is reset amid a response both its request and its response tell.
  outgoing.on('error', () => {})
  outgoing.end(call.body)
  const [incoming] = await once(outgoing, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const text = body.toString()
  return { status: incoming.statusCode, headers: incoming.headers, body, text, json: () => JSON.parse(text) }
}

/** With a header list Node adds no length by itself. */
function lengthOf({ body, headers }: WireCall): string[] {
  const announced = headers?.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  return body === undefined || announced ? [] : ['Content-Length', String(Buffer.byteLength(body))]
}
