import { once } from 'node:events'
import { createServer } from 'node:net'
import { type RecordedRequest, startAcmeApi } from '@sluice/example-acme-api'
import { startAcmeId } from '@sluice/example-acme-id'
import { type DemoPorts, defaultPorts, loadConfig, secretValue } from './demo-config.ts'
import { apiAudience, idClients, publicKeyOf } from './demo-keys.ts'
import { startProxyProcess } from './proxy-process.ts'
import { startWidgetsPage } from './server.ts'

export interface DemoOptions {
  readonly ports?: DemoPorts
  /** Gets every line that is meant for a person. */
  readonly print?: (line: string) => void
  /** Keeps every request that the sample API receives: for tests only. */
  readonly record?: boolean
}

export interface Demo {
  readonly apiUrl: string
  readonly proxyUrl: string
  readonly pageUrl: string
  /** What the sample API received; empty unless `record` is set. */
  readonly received: readonly RecordedRequest[]
  /** Settles when the proxy has ended, also when nobody asked it to. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/**
 * Starts the sample API with its authorization server, the proxy and the page, in this order. When one cannot start, those before it are
 * stopped.
 *
 * @throws Error with a message for a person, when a port is taken or the proxy does not become ready
 */
export async function startDemo({
  ports = defaultPorts,
  print = console.log,
  record = false,
}: DemoOptions = {}): Promise<Demo> {
  await checkPorts(ports)
  await using started = new AsyncDisposableStack()
  const { config, file, dispose } = await loadConfig(ports)
  started.defer(dispose)

  const id = await startAcmeId({ port: ports.id, audience: apiAudience, clients: await idClients(config) })
  started.defer(() => id.close())
  print(`sample login ${id.issuer}`)

  const api = await startAcmeApi({
    port: ports.api,
    record,
    tokens: { issuer: id.issuer, jwksUrl: id.jwksUrl, audience: apiAudience },
    signers: { keys: [await publicKeyOf(config, 'acme_report_demo_key', 'EdDSA')] },
    apiKey: secretValue(config, 'acme_key'),
    basic: { username: secretValue(config, 'acme_username'), password: secretValue(config, 'acme_password') },
  })
  started.defer(() => api.close())
  print(`sample API  ${api.url}`)

  const proxy = await startProxyProcess({
    port: ports.proxy,
    configFile: file,
    print: (line) => print(`  proxy | ${line}`),
  })
  started.defer(() => proxy.stop())
  print(`proxy       ${proxy.url}`)

  const page = await startWidgetsPage({
    port: ports.page,
    proxyUrl: proxy.url,
    sessionSecret: config.session_secret,
    tenantId: config.tenant_id,
    users: config.users,
    configFile: file,
  })
  started.defer(() => page.close())
  print(`page        ${page.url}   <- open this in a browser`)

  const running = started.move()
  return {
    apiUrl: api.url,
    proxyUrl: proxy.url,
    pageUrl: page.url,
    received: api.received,
    ended: proxy.ended,
    stop: () => running.disposeAsync(),
  }
}

const listeners = [
  ['id', '127.0.0.1', "the sample API's authorization server"],
  ['api', '127.0.0.1', 'the sample API'],
  ['proxy', '127.0.0.1', 'the proxy'],
  ['page', 'localhost', 'the page'],
] as const

async function checkPorts(ports: DemoPorts): Promise<void> {
  for (const [key, host, who] of listeners) {
    const probe = createServer().listen(ports[key], host)
    try {
      await once(probe, 'listening')
    } catch (cause) {
      const message = `Port ${ports[key]}, which ${who} needs, is taken. End what uses it, and start again.`
      throw new Error(message, { cause })
    }
    await new Promise((resolve) => probe.close(resolve))
  }
}

/** Runs the demo until a signal or until the proxy ends. */
async function main(): Promise<void> {
  // Listening before anything runs: a signal amid the start must not leave the proxy behind.
  const signalled = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => true)
  const demo = await startDemo()
  console.log('Stop with Ctrl+C.')
  if (!(await Promise.race([signalled, demo.ended.then(() => false)]))) {
    console.error('The proxy has ended; the demo ends with it.')
    process.exitCode = 1
  }
  await demo.stop()
}

if (import.meta.main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
