/** The guarded client: the pipeline's way out (spec: "Egress, limits, faults"). */
import { lookup } from 'node:dns/promises'
import { createSecureContext, rootCertificates } from 'node:tls'
import { ProblemError } from '@sluice/connector-schema'
import type { HeaderList, Upstream, UpstreamRequest } from '@sluice/pipeline'
import { shuttingDown } from '../../lifecycle.ts'
import { connectDirectly } from './connect-directly.ts'
import { connectThroughProxy } from './connect-tunnel.ts'
import { acceptedCodings } from './decode.ts'
import { urlRefusal } from './destination.ts'
import type { EgressExceptions } from './exceptions.ts'
import { ExchangeHandler } from './exchange-handler.ts'
import { createGuardedConnector, type Resolve } from './guarded-connector.ts'
import { createInFlight } from './in-flight.ts'
import { defaultEgressLimits, type EgressLimits } from './limits.ts'
import type { OutboundProxy } from './outbound-proxy.ts'
import { createTenantAgents } from './tenant-agents.ts'

/** What the guarded client is made of. */
export interface UpstreamOptions {
  readonly exceptions: EgressExceptions
  /** Gives all addresses of a name; the operating system's resolver unless said otherwise. */
  readonly resolve?: Resolve
  /** Certificates (PEM) trusted beyond the default roots. */
  readonly extraCa?: string
  /** Makes every connection, to an address that was resolved and checked before. */
  readonly outboundProxy?: OutboundProxy | undefined
  readonly limits?: Partial<EgressLimits>
}

/**
 * Creates the guarded client. Every tenant has connections of its own, so that none made under one tenant's
 * exception serves another.
 *
 * `close` breaks what is in flight (`SHUTTING_DOWN`) and resolves when every socket is gone.
 */
export function createUpstream(options: UpstreamOptions): Upstream & { close(): Promise<void> } {
  const { exceptions, resolve = resolveBySystem, extraCa, outboundProxy: proxy } = options
  const limits = { ...defaultEgressLimits, ...options.limits }
  // Made once: parsing all roots again for each connection would take milliseconds.
  const secureContext =
    extraCa === undefined ? undefined : createSecureContext({ ca: [...rootCertificates, extraCa] })
  const { connectTimeoutMs } = limits
  const connectThrough =
    proxy === undefined
      ? connectDirectly({ connectTimeoutMs, secureContext })
      : connectThroughProxy({ proxy, connectTimeoutMs, secureContext })
  const agents = createTenantAgents(limits, (tenantId) =>
    createGuardedConnector({ tenantId, exceptions, resolve, connectThrough }),
  )
  const inFlight = createInFlight<ExchangeHandler>()
  let isClosed = false

  return {
    send(request) {
      return new Promise((resolve, reject) => {
        if (isClosed) throw shuttingDown()
        const reason = urlRefusal(request.url, request.tenantId, exceptions)
        if (reason !== undefined) throw new ProblemError('DESTINATION_NOT_ALLOWED', { detail: reason })
        const connections = agents.of(request.tenantId)
        const options = dispatchOptions(request)
        const handler: ExchangeHandler = new ExchangeHandler(request, limits, {
          resolve,
          reject,
          resend: () => connections.dispatchFresh(options, handler),
          release: () => release(),
        })
        const release = inFlight.add(handler)
        if (handler.start()) connections.pool.dispatch(options, handler)
      })
    },
    async close() {
      isClosed = true
      for (const running of inFlight.all()) running.fail(shuttingDown())
      await agents.close()
    },
  }
}

function dispatchOptions({ url, method, headers, body }: UpstreamRequest) {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: flattenHeaders(headers),
    body,
    // The handler has timers of its own: finer ones, and one that knows what kind of body it waits for.
    headersTimeout: 0,
    bodyTimeout: 0,
  }
}

function flattenHeaders(headers: HeaderList): string[] {
  const flat: string[] = []
  let [asksForCodings, asksForPart] = [false, false]
  for (const [name, value] of headers) {
    flat.push(name, value)
    const lower = name.toLowerCase()
    asksForCodings ||= lower === 'accept-encoding'
    asksForPart ||= lower === 'range'
  }
  // A part of a coded body cannot be decoded (RFC 9110 §14.2).
  if (!asksForCodings) flat.push('accept-encoding', asksForPart ? 'identity' : acceptedCodings)
  return flat
}

async function resolveBySystem(hostname: string) {
  return lookup(hostname, { all: true })
}
