/** An API behind an outbound proxy, for the tests of tunnels. */
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { EgressExceptions } from '../exceptions.ts'
import type { ResolvedAddress } from '../guarded-connector.ts'
import type { UpstreamOptions } from '../upstream.ts'
import { createCertificate, type TestCertificate } from './certificate.ts'
import type { TestProxy } from './outbound-proxy.ts'
import { listen, openClient, readAll, requestTo } from './servers.ts'

/** An API with a name, the only address of that name, and a certificate for it. */
export const name = 'api.example.com'
export const address = '93.184.216.34'
export const url = `https://${name}/`
export const trusted = createCertificate({ name })

/** No exception from the guard's rules. */
export const nothing: EgressExceptions = { allowPrivate: [], allowPorts: [], allowHttp: [] }

/** The API, or something in its place; it notes every request. */
export async function listenSecure(certificate: TestCertificate, respond?: RequestListener) {
  const seen: { servername: unknown; headers: Record<string, unknown> }[] = []
  const server = createServer(certificate, (request, response) => {
    const socket = request.socket as TLSSocket & { servername: unknown }
    seen.push({ servername: socket.servername, headers: request.headers })
    if (respond) respond(request, response)
    else response.end('secret business')
  })
  return { ...(await listen(server)), seen }
}

/** A guarded client with no exceptions, behind a proxy; the API's name has one public address. */
export function clientBehind(proxy: Pick<TestProxy, 'settings'>, options: Partial<UpstreamOptions> = {}) {
  return openClient({
    exceptions: nothing,
    resolve: resolveTo(address),
    extraCa: trusted.cert,
    outboundProxy: proxy.settings,
    ...options,
  })
}

/** A resolver with one answer. */
export function resolveTo(...addresses: string[]) {
  return async (): Promise<ResolvedAddress[]> =>
    addresses.map((text) => ({ address: text, family: text.includes(':') ? 6 : 4 }))
}

/** The body of the answer to a GET. */
export async function get(client: ReturnType<typeof openClient>, ...request: Parameters<typeof requestTo>) {
  const { body } = await client.send(requestTo(...request))
  return String(await readAll(body))
}
