import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { manifest } from './connectors.gen.ts'
import { registryFile } from './demo-config.ts'

const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** A call to be traced: overrides as text, by place. */
export interface TracedCall {
  readonly permalink: string
  readonly user: string
  readonly query: Readonly<Record<string, string>>
  readonly path: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** Reads what the page asks to be traced; `undefined` where it is no call that only reads. */
export function readTracedCall(body: unknown): TracedCall | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { permalink, user, query = {}, path = {}, headers = {} } = body as Record<string, unknown>
  if (typeof permalink !== 'string' || typeof user !== 'string') return undefined
  if (!isTexts(query) || !isTexts(path) || !isTexts(headers)) return undefined
  const readable = new Map(Object.entries(manifest.connectors)).get(permalink)?.method === 'GET'
  return readable ? { permalink, user, query, path, headers } : undefined
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value)
    .flat()
    .every((text) => typeof text === 'string' && text.length <= 500 && !text.includes('\0'))
}

/**
 * Runs the call once more with `sluice test`, which tells what every stage made of it; secrets are masked there
 * already.
 *
 * @returns the trace as JSON
 */
export async function traceCall(call: TracedCall, configFile: string): Promise<string> {
  const pairs = (option: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `--${option}=${key}=${value}`)
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
    ],
    { cwd: repository, stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
  )
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
