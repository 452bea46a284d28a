/**
 * A proxy in a process of its own, for tests that look into its memory. It makes its secrets itself, so that nothing but
 * the proxy ever held them, and obeys its parent.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeHeapSnapshot } from 'node:v8'
import { compiled, startTestProxy, type TestProxy } from './test-proxy.ts'

/** What a parent can ask for. */
export type Order =
  | { readonly kind: 'start'; readonly api: string }
  | { readonly kind: 'rotate' }
  | { readonly kind: 'snapshot'; readonly file: string }

let proxy: TestProxy | undefined

const secret = () => ({ value: randomBytes(24).toString('hex'), allowedHosts: ['*'] })

function rotate(): void {
  proxy?.services.secrets.replace('acme', {
    key: secret(),
    password: secret(),
    signing: secret(),
    client: secret(),
  })
}

async function start(api: string): Promise<string> {
  const url = `http://${api}/`
  const uncached = { cache: { enabled: false, invalidates: [] } }
  const [key, password, signing] = ['key', 'password', 'signing'].map((name) => `{{ get_secret('${name}') }}`)
  const connectors = [
    compiled({
      ...uncached,
      permalink: 'header',
      url,
      headers: [{ key: 'X-Key', value: `k ${key}`, overridable: false, send_empty: false }],
    }),
    compiled({
      ...uncached,
      permalink: 'cached',
      url,
      authentication: { type: 'api_key', config: { key: 'X-Api-Key', value: String(key), in: 'header' } },
      cache: { enabled: true, ttl_seconds: 600, invalidates: [] },
    }),
    compiled({
      ...uncached,
      permalink: 'basic',
      url,
      authentication: { type: 'basic', config: { username: 'u', password: String(password) } },
    }),
    compiled({
      ...uncached,
      permalink: 'jwt',
      url,
      authentication: {
        type: 'jwt',
        config: {
          algorithm: 'HS256',
          private_key: String(signing),
          claims: { who: '{{ user.id }}', key: String(key) },
        },
      },
    }),
  ]
  proxy = await startTestProxy({ connectors, apis: [api] })
  rotate()
  return proxy.url
}

async function obey(order: Order): Promise<string> {
  if (order.kind === 'start') return start(order.api)
  if (order.kind === 'rotate') rotate()
  else {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.()
      await sleep(20)
    }
    writeHeapSnapshot(order.file)
  }
  return 'done'
}

process.on('message', (order: Order) => void obey(order).then((reply) => process.send?.(reply)))
