/** Looks into the memory of a real proxy: what was rendered of a secret is gone a second after the secret has changed. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpCall } from './testing/http-call.ts'
import type { Order } from './testing/rotating-proxy.ts'
import { type SampleApi, startSampleApi } from './testing/sample-api.ts'
import { bearer } from './testing/test-proxy.ts'

let folder: string
let api: SampleApi
let child: ChildProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-heap-'))
  api = await startSampleApi((_incoming, outgoing) => outgoing.end('ok'))
  child = fork(new URL('./testing/rotating-proxy.ts', import.meta.url), {
    execArgv: ['--conditions=source', '--expose-gc'],
  })
})

afterAll(async () => {
  child.kill('SIGKILL')
  await api.close()
  await rm(folder, { recursive: true, force: true })
})

async function order(what: Order): Promise<string> {
  child.send(what)
  const [reply] = await once(child, 'message')
  return String(reply)
}

const permalinks = ['header', 'cached', 'basic', 'jwt']

/** Calls every connector as two users, and gives the credentials that the API received. */
async function callAll(url: string): Promise<readonly string[]> {
  const before = api.received.length
  for (const sub of ['7', '8', '7']) {
    const headers = await bearer({ sub })
    for (const permalink of permalinks) {
      const { status } = await httpCall(url, `/connectors/${permalink}/execute`, { headers })
      expect(status).toBe(200)
    }
  }
  const found = new Set<string>()
  for (const { headers } of api.received.slice(before)) {
    for (const name of ['x-key', 'x-api-key', 'authorization']) {
      const credential = String(headers[name] ?? '').replace(/^\S+ /, '')
      // The claims of a JWT hold a secret too.
      const claims = Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString()
      for (const text of [credential, JSON.stringify(claims).slice(1, -1)])
        if (text.length > 16) found.add(text)
    }
  }
  return [...found]
}

async function heap(): Promise<string> {
  const file = join(folder, 'proxy.heapsnapshot')
  await order({ kind: 'snapshot', file })
  return readFile(file, 'utf8')
}

test('a second after a rotation nothing of the old secrets is in the heap', {
  timeout: 120_000,
}, async () => {
  const url = await order({ kind: 'start', api: api.host })
  const old = await callAll(url)
  expect(old.length).toBeGreaterThanOrEqual(5)
  // The test can see what it looks for: before the rotation they are there.
  const before = await heap()
  expect(old.filter((text) => before.includes(text)).length).toBeGreaterThan(0)
  await order({ kind: 'rotate' })
  await sleep(1000)
  const after = await heap()
  expect(old.filter((text) => after.includes(text))).toEqual([])
  const fresh = await callAll(url)
  expect(fresh.filter((text) => old.includes(text))).toEqual([])
})
