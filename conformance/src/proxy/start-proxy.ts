import { parseDefinition } from '@sluice/connector-schema'
import { compileConnector } from '@sluice/pipeline/compile'
import { allowUpstreams, createServices, startServer } from '@sluice/proxy'

const tenantId = 'conformance'

/** Suites send more than an anonymous caller may by default. */
const unlimited = { requests: 1_000_000, per_seconds: 1, scope: 'connector' }

/** A real proxy on a free port of loopback. */
export interface ConformanceProxy {
  readonly url: string
  close(): Promise<void>
}

/**
 * Starts a proxy that serves definitions to anonymous callers.
 *
 * @param api `host:port` of the API that they call
 * @throws Error for a definition that is refused
 */
export async function startProxy(definitions: readonly object[], api: string): Promise<ConformanceProxy> {
  const services = createServices({
    tenants: [{ id: tenantId }],
    defaultTenantId: tenantId,
    sessionIssuers: [],
    egress: { exceptions: allowUpstreams([api]) },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  services.connectors.replace(tenantId, definitions.map(compiled))
  const server = await startServer(services, { port: 0, host: '127.0.0.1' })
  return {
    url: server.url,
    async close() {
      await server.close()
      await services.close()
    },
  }
}

function compiled(definition: object) {
  const parsed = parseDefinition({ access: 'anonymous', rate_limit: unlimited, ...definition })
  if (parsed.definition === undefined) throw new Error(JSON.stringify(parsed.errors))
  const { connector, errors } = compileConnector(parsed.definition, { tenantId })
  if (connector === undefined) throw new Error(JSON.stringify(errors))
  return connector
}
