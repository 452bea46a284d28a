import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { manifest } from './connectors.gen.ts'
import { registryFile } from './demo-config.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

type Pairs = readonly (readonly [key: string, value: string])[]

/** A call to be traced: overrides as text, by place. */
export interface TracedCall {
  readonly permalink: string
  readonly user: string
  readonly query: Pairs
  readonly path: Pairs
  readonly headers: Pairs
  readonly payload: string | undefined
}

/** Reads what the page asks to be traced; `undefined` where it is no call of a connector. */
export function readTracedCall(body: unknown): TracedCall | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { permalink, user, query = [], path = [], headers = [], payload } = body as Record<string, unknown>
  if (typeof permalink !== 'string' || typeof user !== 'string') return undefined
  if (!isPairs(query) || !isPairs(path) || !isPairs(headers)) return undefined
  // The command would take what begins with `@` for the name of a file.
  if (payload !== undefined && (!isText(payload, 4000) || payload.startsWith('@'))) return undefined
  if (!Object.hasOwn(manifest.connectors, permalink)) return undefined
  return { permalink, user, query, path, headers, payload }
}

function isPairs(value: unknown): value is Pairs {
  return (
    Array.isArray(value) &&
    value.length <= 50 &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((text) => isText(text, 500)))
  )
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength && !value.includes('\0')
}

/** Runs one trace at a time, each in a process of its own. */
export function createTracer(configFile: string): (call: TracedCall) => Promise<string> {
  let last: Promise<unknown> = Promise.resolve()
  return (call) => {
    const next = last.then(() => traceCall(call, configFile))
    last = next.catch(() => undefined)
    return next
  }
}

/**
 * Runs the call once more with `sluice test`, which tells what every stage made of it; secrets are masked there
 * already.
 *
 * @returns the trace as JSON
 */
async function traceCall(call: TracedCall, configFile: string): Promise<string> {
  const pairs = (option: string, values: Pairs) => values.map(([key, value]) => `--${option}=${key}=${value}`)
  const child = spawn(
    process.execPath,
    [
      '--conditions=source',
      'packages/cli/src/main.ts',
      'test',
      call.permalink,
      '--json',
      `--registry=${registryFile}`,
      `--config=${configFile}`,
      `--user=${call.user}`,
      ...pairs('query', call.query),
      ...pairs('path', call.path),
      ...pairs('header', call.headers),
      ...(call.payload === undefined ? [] : [`--payload=${call.payload}`]),
    ],
    { cwd: repository, stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  )
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
