import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const readyWithinMs = 30_000

export interface DevSetting {
  readonly registry: unknown
  readonly config: unknown
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** A running `sluice dev`, started as its user would start it. */
export interface SluiceDev {
  readonly url: string
  readonly folder: string
  /** Everything that it printed so far, both streams. */
  readonly printed: () => string
  readonly stdout: () => string
  write(file: 'registry' | 'config', content: unknown): Promise<void>
  /** Waits until it printed something that matches, from `after` on. */
  saw(pattern: RegExp, after?: number): Promise<void>
  /** Sends a signal and gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts `sluice dev` on a free port with a folder of its own. */
export async function startSluiceDev({ registry, config, env }: DevSetting): Promise<SluiceDev> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  const path = { registry: join(folder, 'connectors_registry.json'), config: join(folder, 'sluice.dev.json') }
  const write = (file: 'registry' | 'config', content: unknown) =>
    writeFile(path[file], typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  await write('registry', registry)
  await write('config', config)

  const options = ['--registry', path.registry, '--config', path.config, '--port', '0', '--host', '127.0.0.1']
  const child = spawn(
    process.execPath,
    ['--conditions=source', 'packages/cli/src/main.ts', 'dev', ...options],
    { cwd: repository, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const output = collect(child)
  const exited = once(child, 'exit').then(([code]) => code as number | null)

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    child.kill(signal)
    const code = await exited
    await rm(folder, { recursive: true, force: true })
    return code
  }

  const ready = output.saw(/^ready (http:\S+)$/m, 0)
  const ended = exited.then((code) => {
    throw new Error(`sluice dev ended with ${code}:\n${output.all()}`)
  })
  await Promise.race([ready, ended])
  ended.catch(() => {})
  const url = /^ready (http:\S+)$/m.exec(output.stdout())?.[1] ?? ''
  return { url, folder, printed: output.all, stdout: output.stdout, write, saw: output.saw, stop }
}

function collect(child: ChildProcess) {
  const lines: string[] = []
  const results: string[] = []
  const waiting = new Set<() => void>()
  const take = (line: string) => {
    lines.push(line)
    for (const check of waiting) check()
  }
  if (child.stdout === null || child.stderr === null) throw new Error('the child has no streams')
  createInterface({ input: child.stdout }).on('line', (line) => {
    results.push(line)
    take(line)
  })
  createInterface({ input: child.stderr }).on('line', take)
  const all = () => lines.join('\n')

  function saw(pattern: RegExp, after = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => {
        waiting.delete(check)
        reject(new Error(`nothing printed matched ${pattern}:\n${all()}`))
      }, readyWithinMs)
      const check = () => {
        if (!pattern.test(lines.slice(after).join('\n'))) return
        clearTimeout(tooLong)
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  }
  return { all, stdout: () => results.join('\n'), saw }
}
