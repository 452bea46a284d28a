import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Which core runs what; nothing where processes cannot be pinned. */
export interface Cores {
  /** The servers under measurement: one at a time has work. */
  readonly server: number
  /** This process, which makes the load. */
  readonly load: number
  /** The API behind the contenders; a core of its own only where there is a third. */
  readonly api: number
}

/** Chooses cores among those that this process may use. */
export function chooseCores(): Cores | undefined {
  if (process.platform !== 'linux' || spawnSync('taskset', ['--version']).status !== 0) return undefined
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  const [server, load, api = load] = allowed.split(',').flatMap(coresOf)
  if (server === undefined || load === undefined || api === undefined) return undefined
  return { server, load, api }
}

/** `4` or `0-3`. */
function coresOf(range: string): readonly number[] {
  const [first = Number.NaN, last = first] = range.split('-').map(Number)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** Keeps this process, all its threads, to one core. */
export function pinSelf(core: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)])
}

/** A command line that keeps the command to one core. */
export function pinned(core: number | undefined, command: readonly string[]): readonly string[] {
  return core === undefined ? command : ['taskset', '--cpu-list', String(core), ...command]
}
