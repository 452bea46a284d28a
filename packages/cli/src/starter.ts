import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** One file of a starter. */
export interface StarterFile {
  readonly name: string
  readonly text: string
  /** Permissions, where not everybody may read it. */
  readonly mode?: number
  /** Whether a folder may have its own: then it stays as it is. */
  readonly optional?: boolean
}

const templates = new URL('../starter/', import.meta.url)
const copied = ['connectors_registry.json', 'server.mjs', 'index.html', 'widget.js', 'README.md']

/** A published package has no sources, though its exports name them. */
const isCheckout = import.meta.url.endsWith('.ts')

const apiPort = 9001
const pagePort = 8788
const ownerOnly = 0o600

/** Everything that `sluice init` writes; every secret in it is new. */
export async function starterFiles(): Promise<readonly StarterFile[]> {
  const copies = copied.map(async (name) => ({
    name,
    text: await readFile(new URL(name, templates), 'utf8'),
  }))
  return [
    ...(await Promise.all(copies)),
    { name: 'sluice.dev.json', text: `${JSON.stringify(devConfig(), null, 2)}\n`, mode: ownerOnly },
    { name: 'sluice.js', text: await bundleSdk() },
    { name: '.gitignore', text: 'sluice.dev.json\n.sluice/\n', optional: true },
  ]
}

function devConfig(): object {
  return {
    tenant_id: 'demo',
    session_secret: randomBytes(32).toString('base64url'),
    users: [{ id: '7', email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace', username: 'ada' }],
    secrets: { ideas_key: { value: randomBytes(24).toString('base64url'), allowed_hosts: ['127.0.0.1'] } },
    variables: { api: `http://127.0.0.1:${apiPort}` },
    allow_upstreams: [`127.0.0.1:${apiPort}`],
    origins: [`http://localhost:${pagePort}`],
  }
}

/** The SDK as one script that sets `window.Sluice`: from its sources in a checkout, else as it was published. */
async function bundleSdk(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from '@sluice/connector-sdk'`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'Sluice',
    platform: 'browser',
    target: 'es2022',
    conditions: isCheckout ? ['source'] : [],
    minify: true,
    logLevel: 'silent',
  })
  const [script] = outputFiles
  if (script === undefined) throw new Error('esbuild wrote no script')
  return script.text
}
