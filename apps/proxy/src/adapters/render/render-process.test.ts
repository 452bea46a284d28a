import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import type { RenderReply } from './protocol.ts'
import { type RenderProcess, startRenderProcess } from './render-process.ts'

const open: RenderProcess[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(open.splice(0).map((rendering) => rendering.kill()))
})

/** One that has said that it is ready. */
async function ready(): Promise<{ readonly rendering: RenderProcess; readonly exits: Error[] }> {
  const exits: Error[] = []
  const { promise, resolve } = Promise.withResolvers<RenderReply>()
  const rendering = startRenderProcess(64, { onReply: resolve, onExit: (error) => exits.push(error) })
  open.push(rendering)
  expect(await promise).toEqual({ kind: 'ready' })
  return { rendering, exits }
}

function pidOf(rendering: RenderProcess): number {
  if (rendering.pid === undefined) throw new Error('was not started')
  return rendering.pid
}

/** Whether the system still runs it: one that only waits for its parent to look does not run. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/stat`
  return !existsSync(status) || !/\) [ZX] /.test(readFileSync(status, 'utf8'))
}

test.each(['SIGSEGV', 'SIGABRT', 'SIGKILL'] as const)(
  'a process that ends with %s is told once, and nothing else ends',
  async (signal) => {
    const { rendering, exits } = await ready()
    process.kill(pidOf(rendering), signal)
    await vi.waitFor(() => expect(exits).toHaveLength(1), 10_000)
    expect(exits[0]?.message).toContain(signal)
    await rendering.kill()
    expect(exits).toHaveLength(1)
  },
)

test('a signal for the whole group leaves it to the server when it ends', async () => {
  const { rendering, exits } = await ready()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pidOf(rendering), signal)
  const { rendering: other } = await ready()
  expect(exits).toEqual([])
  expect(runs(pidOf(rendering))).toBe(true)
  await other.kill()
  await rendering.kill()
  expect(exits).toHaveLength(1)
})

/** Runs a program of its own that has started one. */
function serverThat(onReady: string): ChildProcess {
  const script = `
    import { startRenderProcess } from ${JSON.stringify(new URL('./render-process.ts', import.meta.url).href)}
    const { promise: ready, resolve } = Promise.withResolvers()
    const rendering = startRenderProcess(64, { onReply: resolve, onExit() {} })
    const working = setInterval(() => {}, 1000)
    await ready
    ${onReady}`
  return spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('it ends with a server that was killed', async () => {
  const server = serverThat('console.log(rendering.pid)')
  const [line] = await once(server.stdout as Readable, 'data')
  const pid = Number(String(line))
  expect(runs(pid)).toBe(true)
  server.kill('SIGKILL')
  await vi.waitFor(() => expect(runs(pid)).toBe(false), 10_000)
})

test('a server that has nothing else to do still sees it end', async () => {
  const server = serverThat('clearInterval(working); await rendering.kill()')
  expect(await once(server, 'exit')).toEqual([0, null])
})

test('a server that has nothing else to do does not wait for it', async () => {
  const server = serverThat('clearInterval(working)')
  expect(await once(server, 'exit')).toEqual([0, null])
})

test('it sees nothing of the server’s environment', async () => {
  vi.stubEnv('SLUICE_OF_THE_SERVER', 'secret')
  const { rendering } = await ready()
  const seen = `/proc/${pidOf(rendering)}/environ`
  if (existsSync(seen)) expect(readFileSync(seen, 'utf8')).not.toContain('SLUICE_OF_THE_SERVER')
})
