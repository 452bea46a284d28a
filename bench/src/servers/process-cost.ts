import { readdirSync, readFileSync } from 'node:fs'

/** What a process and all that it started have cost so far. */
export interface ProcessCost {
  readonly cpuMs: number
  readonly residentBytes: number
}

interface Entry {
  readonly pid: number
  readonly parent: number
  readonly cpuMs: number
}

/** Linux counts in hundredths of a second (USER_HZ), whatever its own clock does. */
const tickMs = 10

/** The cost of a process and its descendants (servers like nginx work in children); nothing but on Linux. */
export function costOf(pid: number): ProcessCost | undefined {
  if (process.platform !== 'linux') return undefined
  const entries = readdirSync('/proc').filter(isNumber).flatMap(entryOf)
  const family = new Set([pid])
  // A child may be listed before its parent: go on until nobody is added.
  for (let size = 0; size !== family.size; ) {
    size = family.size
    for (const entry of entries) if (family.has(entry.parent)) family.add(entry.pid)
  }
  const own = entries.filter((entry) => family.has(entry.pid))
  return {
    cpuMs: own.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    residentBytes: own.reduce((sum, entry) => sum + residentBytesOf(entry.pid), 0),
  }
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name)
}

/** One line of `/proc/<pid>/stat` (proc(5)); a process that has ended meanwhile has none. */
function entryOf(pid: string): readonly Entry[] {
  const text = readOrNothing(`/proc/${pid}/stat`)
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
  if (parent === undefined || user === undefined || system === undefined || Number.isNaN(system)) return []
  return [{ pid: Number(pid), parent, cpuMs: (user + system) * tickMs }]
}

function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return ''
    throw error
  }
}
