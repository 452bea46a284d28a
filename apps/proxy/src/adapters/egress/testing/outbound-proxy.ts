/** A real outbound proxy for tests: it notes what it is asked and leads every tunnel to one server. */
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { type OutboundProxy, parseOutboundProxy } from '../outbound-proxy.ts'
import type { TestCertificate } from './certificate.ts'
import { listen, type TestServer } from './servers.ts'

/** A proxy and every CONNECT it has seen. */
export interface TestProxy extends TestServer {
  readonly asked: readonly {
    readonly target: string | undefined
    readonly host: string | undefined
    readonly authorization: string | undefined
    /** The name that a client of a proxy over TLS has sent (SNI). */
    readonly servername: unknown
  }[]
  /** How a client is told of the proxy. */
  readonly settings: OutboundProxy
}

interface ProxyOptions {
  /** Where tunnels lead, whatever address was asked for. */
  readonly to?: TestServer
  /** Answers instead of opening a tunnel, where it returns true. */
  readonly respond?: (socket: Socket, request: IncomingMessage) => boolean | Promise<boolean>
  /** Makes it a proxy that is spoken to over TLS, under the name `localhost`. */
  readonly certificate?: TestCertificate
  /** `user:password@` in front of the proxy's host. */
  readonly userinfo?: string
}

/** Listens until the test is over. */
export async function listenProxy(options: ProxyOptions): Promise<TestProxy> {
  const { to, respond, certificate, userinfo = '' } = options
  const asked: TestProxy['asked'][number][] = []
  const server = certificate === undefined ? createServer() : createSecureServer(certificate)
  server.on('connect', async (request: IncomingMessage, client: Socket) => {
    const { host, 'proxy-authorization': authorization } = request.headers
    const servername = 'servername' in client ? client.servername : undefined
    asked.push({ target: request.url, host, authorization, servername })
    client.on('error', () => {}).on('end', () => client.end())
    if ((await respond?.(client, request)) || to === undefined) {
      client.resume()
      return
    }
    const onward = connect(to.port, '127.0.0.1', () => client.write('HTTP/1.1 200 Established\r\n\r\n'))
    onward.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('close', () => onward.destroy())
    client.pipe(onward).pipe(client)
  })
  const listening = await listen(server)
  const origin =
    certificate === undefined
      ? `http://${userinfo}127.0.0.1:${listening.port}`
      : `https://${userinfo}localhost:${listening.port}`
  return { ...listening, asked, settings: parseOutboundProxy(origin) }
}
