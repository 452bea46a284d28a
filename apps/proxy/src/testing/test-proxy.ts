import { type ConnectorDefinition, parseDefinition } from '@sluice/connector-schema'
import type { CompiledConnector } from '@sluice/pipeline'
import { compileConnector } from '@sluice/pipeline/compile'
import { type JWTPayload, SignJWT } from 'jose'
import { allowUpstreams } from '../adapters/egress/exceptions.ts'
import type { SessionIssuer } from '../adapters/session/verify-session.ts'
import type { TenantSettings } from '../adapters/store/memory-tenants.ts'
import { type RunningServer, startServer } from '../server.ts'
import { createServices, type MemoryServices, type Services, type ServicesOptions } from '../services.ts'
import { type HttpAnswer, type HttpCall, httpCall } from './http-call.ts'

const secret = new TextEncoder().encode('a secret of at least thirty-two bytes')
const issuer: SessionIssuer = { issuer: 'test-idp', audience: 'sluice', typ: 'JWT', keys: { secret } }

/** A session token of the test's issuer. */
export function sessionToken(claims: JWTPayload = {}): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 300
  return new SignJWT({ iss: 'test-idp', aud: 'sluice', sub: '7', tenant_id: 'acme', exp, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(secret)
}

/** `Authorization` with such a token. */
export async function bearer(claims: JWTPayload = {}): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await sessionToken(claims)}` }
}

type Definition = Partial<ConnectorDefinition> & Readonly<Record<string, unknown>>

/** Compiles a definition; `name` and `url` are filled in where a test does not care. */
export function compiled(definition: Definition, tenantId = 'acme'): CompiledConnector {
  const parsed = parseDefinition({ name: 'Sample', url: 'https://api.example.com/', ...definition })
  if (parsed.definition === undefined) throw new Error(JSON.stringify(parsed.errors))
  const { connector, errors } = compileConnector(parsed.definition, { tenantId })
  if (connector === undefined) throw new Error(JSON.stringify(errors))
  return connector
}

export interface TestProxyOptions {
  readonly tenants?: readonly TenantSettings[]
  readonly defaultTenantId?: string
  readonly connectors?: readonly CompiledConnector[]
  /** Hosts with port that the egress guard lets through. */
  readonly apis?: readonly string[]
  /** What else a process decides about its services. */
  readonly services?: Partial<ServicesOptions>
  /** Replaces some of the services. */
  readonly override?: (services: MemoryServices) => Partial<Services>
}

/** A proxy on a free port of loopback. */
export interface TestProxy extends RunningServer {
  readonly services: MemoryServices
  /** Log records so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[]
  call(target: string, call?: HttpCall): Promise<HttpAnswer>
}

/** Starts a real server with real adapters. */
export async function startTestProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const { tenants = [{ id: 'acme' }], connectors = [], apis = [], defaultTenantId } = options
  const log: Readonly<Record<string, unknown>>[] = []
  const note = (fields: Readonly<Record<string, unknown>>) => void log.push(fields)
  const services = createServices({
    tenants,
    ...(defaultTenantId !== undefined && { defaultTenantId }),
    sessionIssuers: [issuer],
    egress: { exceptions: allowUpstreams(apis) },
    logger: { info: note, warn: note, error: note },
    ...options.services,
  })
  for (const { id } of tenants) {
    services.connectors.replace(
      id,
      connectors.filter((connector) => connector.tenantId === id),
    )
  }
  const server = await startServer(
    { ...services, ...options.override?.(services) },
    { port: 0, host: '127.0.0.1' },
  )
  return {
    url: server.url,
    use: server.use,
    takeStrayError: server.takeStrayError,
    services,
    log,
    call: (target, call) => httpCall(server.url, target, call),
    async close() {
      await server.close()
      await services.close()
    },
  }
}
