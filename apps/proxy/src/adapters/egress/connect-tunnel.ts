/**
 * Connects through the operator's outbound proxy (spec: "Egress guard"). The proxy is asked for an address that
 * the guard has checked, never for a name, which it would resolve anew. What undici's own proxy agents ask for is
 * the host of the URL, so they cannot be used here.
 */
import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { ProblemError } from '@sluice/connector-schema'
import { buildConnector, errors } from 'undici'
import type { ConnectOptions, ConnectThrough, Resolve } from './guarded-connector.ts'
import type { OutboundProxy } from './outbound-proxy.ts'

interface Tunnelling extends ConnectOptions {
  readonly proxy: OutboundProxy
}

/** The way to connect where an outbound proxy is configured: a CONNECT, and TLS inside it for https. */
export function connectThroughProxy(options: Tunnelling): ConnectThrough {
  const { connectTimeoutMs, secureContext } = options
  return (resolve) => {
    // Without a time limit of its own: there is one for all that happens here.
    const secure = buildConnector({ allowH2: false, timeout: 0, ...(secureContext && { secureContext }) })

    return (target, callback) => {
      const controller = new AbortController()
      const { signal } = controller
      const timer = setTimeout(() => controller.abort(), connectTimeoutMs)
      const expiry = once(signal, 'abort').then(() => {
        throw new errors.ConnectTimeoutError()
      })
      const tunnel = openTunnel(target, { ...options, resolve, signal })
      const socket = target.protocol === 'https:' ? tunnel.then(encrypt(secure, target, signal)) : tunnel
      Promise.race([socket, expiry])
        .finally(() => clearTimeout(timer))
        .then(
          (connected) => callback(null, connected),
          (error: Error) => callback(error, null),
        )
    }
  }
}

interface Opening extends Tunnelling {
  readonly resolve: Resolve
  /** Aborts when the time for connecting is over. */
  readonly signal: AbortSignal
}

/** Opens a tunnel to the first address of the target that the proxy can reach. */
async function openTunnel(target: buildConnector.Options, opening: Opening): Promise<Socket> {
  const { hostname, protocol } = target
  const port = target.port || (protocol === 'https:' ? '443' : '80')
  // The guard has judged a literal address already.
  const addresses = isIP(hostname) === 0 ? await opening.resolve(hostname) : [{ address: hostname }]
  let refusal: unknown
  for (const { address } of addresses) {
    opening.signal.throwIfAborted()
    try {
      return await requestTunnel(isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`, opening)
    } catch (error) {
      refusal = error
      if (!(error instanceof TunnelRefusal && error.isAboutAddress)) break
    }
  }
  throw new ProblemError('UPSTREAM_UNREACHABLE', {
    detail: 'No connection to the API could be opened.',
    cause: refusal,
  })
}

/** RFC 9110 §9.3.6: the target of a CONNECT is an address and a port, and any 2xx means that the tunnel is open. */
async function requestTunnel(authority: string, { proxy, secureContext, signal }: Opening): Promise<Socket> {
  const authorization = proxy.authorization()
  const send = proxy.isSecure ? requestHttps : requestHttp
  const request = send({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    // RFC 9112 §3.2: the Host field repeats the target. A name here might be resolved by the proxy.
    headers: { host: authority, ...(authorization && { 'proxy-authorization': authorization }) },
    // Given, or else it were made of the Host field.
    servername: isIP(proxy.host) === 0 ? proxy.host : '',
    agent: false,
    signal,
    ...(secureContext && { secureContext }),
  })
  // Node emits this for whatever status the proxy answers with.
  const connected = once(request.end(), 'connect')
  const [{ statusCode = 0 }, socket, early] = (await connected) as [IncomingMessage, Socket, Buffer]
  // What speaks through a tunnel does not hear of the tunnel's own errors. Unheard, they would end the process; and a
  // tunnel that is TLS itself does not close by them.
  socket.on('error', () => socket.destroy())
  if (statusCode >= 200 && statusCode < 300 && early.length === 0) return socket
  socket.destroy()
  // No API speaks before it is spoken to: what follows a 2xx at once comes from the proxy.
  throw new TunnelRefusal(statusCode)
}

/** Speaks TLS inside a tunnel. */
function encrypt(secure: buildConnector.connector, target: buildConnector.Options, signal: AbortSignal) {
  return (tunnel: Socket): Promise<Socket> => {
    signal.addEventListener('abort', () => tunnel.destroy(), { once: true })
    return new Promise((resolve, reject) => {
      secure({ ...target, httpSocket: tunnel }, (error, socket) => {
        if (error === null) resolve(socket)
        else reject(error)
      })
    })
  }
}

/** The proxy answered, but did not open a tunnel. Logs show the code of an error, and nothing else of it. */
class TunnelRefusal extends Error {
  override readonly name = 'TunnelRefusal'
  readonly code: string
  /** Whether the proxy failed to reach the address, so that another may do better. */
  readonly isAboutAddress: boolean

  constructor(status: number) {
    super('The outbound proxy opened no tunnel.')
    this.code = `PROXY_ANSWERED_${status}`
    this.isAboutAddress = status >= 500
  }
}
