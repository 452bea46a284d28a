/** The response scan over real sockets: an API that holds bytes back, the proxy, and a client that counts what comes. */
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789-_'
const secretOf = (length: number, seed: number) =>
  Array.from(
    { length },
    (_, index) => alphabet[(index * index * 5 + index * seed + seed) % alphabet.length],
  ).join('')
const lengths = [16, 64, 3000]
const secrets: Record<string, string> = {}
for (const length of lengths) {
  secrets[`one_${length}`] = secretOf(length, 7)
  secrets[`other_${length}`] = secretOf(length, 11)
}
secrets.attacked = secretOf(26, 3)

/** What the API says, piece by piece; a number is a silence in milliseconds, a promise one until it is kept. */
type Script = readonly (string | number | Promise<void>)[]
const scripts = new Map<string, Script>()

let reflected = Promise.withResolvers<void>()
let api: RecordingApi
let proxy: SluiceDev

async function play(response: ServerResponse, script: Script): Promise<void> {
  for (const step of script) {
    if (response.destroyed) return
    if (typeof step === 'string') response.write(step)
    else if (typeof step === 'number') await sleep(step)
    else await step
  }
  response.end()
}

const connectors = Object.keys(secrets).flatMap((name) =>
  ['fail', 'redact'].map((on_secret_in_response) => ({
    name: `${name} ${on_secret_in_response}`,
    permalink: `${name.replace('_', '-')}-${on_secret_in_response}`,
    query_parameters: [
      { key: 'script', value: '', overridable: true },
      { key: 'q', value: '', overridable: true },
    ],
    authentication: { type: 'api_key', config: { key: 'X-Key', value: `{{ get_secret('${name}') }}` } },
    cache: { enabled: false },
    on_secret_in_response,
  })),
)

beforeAll(async () => {
  api = await startRecordingApi({
    script: (request, response) => {
      const query = new URL(request.url ?? '', 'http://api').searchParams
      const script = scripts.get(query.get('script') ?? '') ?? []
      response.setHeader('content-type', query.get('q') ?? 'text/plain')
      response.setHeader('etag', '"of the body"')
      void play(response, script)
    },
    // Says again what it was asked, flushes, and waits: the shape of the published attack.
    reflect: (request, response) => {
      const query = new URL(request.url ?? '', 'http://api').searchParams
      void play(response, [`{"q":"${query.get('q') ?? ''}`, reflected.promise, '"}'])
    },
    echo: (request, response) => void response.end(`"${request.headers['x-key']}"`),
  })
  const registry = {
    connectors: [
      ...connectors.map((connector) => ({ ...connector, url: `${api.origin}/script` })),
      { ...connectors.at(-2), name: 'reflect', permalink: 'reflect', url: `${api.origin}/reflect` },
      { ...connectors.at(-2), name: 'echo', permalink: 'echo', url: `${api.origin}/echo` },
      { ...connectors.at(-1), name: 'echo redact', permalink: 'echo-redact', url: `${api.origin}/echo` },
    ],
  }
  proxy = await startSluiceDev({
    registry,
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      users: [{ id: '7' }],
      secrets,
      allow_upstreams: [`127.0.0.1:${api.port}`],
    },
  })
})

afterAll(async () => {
  await proxy.stop()
  await api.close()
})

interface Watched {
  /** All that has come so far, and of the body. */
  message(): string
  body(): string
  readonly ended: Promise<unknown>
}

/** Calls, and watches what comes. */
async function watch(path: string, sub = '7'): Promise<Watched> {
  const { hostname, port } = new URL(proxy.url)
  const socket: Socket = connect(Number(port), hostname)
  const [name, value] = await bearer({ sub })
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${name}: ${value}\r\nConnection: close\r\n\r\n`,
  )
  let message = ''
  socket.on('data', (data) => {
    message += data.toString('latin1')
  })
  // A reset is how a response that has begun is withheld.
  socket.on('error', () => {})
  const ended = new Promise((resolve) => socket.once('close', resolve))
  return { message: () => message, body: () => bodyOf(message), ended }
}

/** Waits until a body is there, and sees that no more of it comes. */
async function comesTo({ body }: Watched, expected: string): Promise<void> {
  await expect.poll(body, { timeout: 20_000, interval: 20 }).toBe(expected)
  await sleep(300)
  expect(body()).toBe(expected)
}

let lastScript = 0
function execute(permalink: string, script: Script, type = 'text/plain'): string {
  lastScript += 1
  scripts.set(String(lastScript), script)
  return `/connectors/${permalink}/execute?script=${lastScript}&q=${encodeURIComponent(type)}`
}

/** What came of a body, without the sizes of its chunks. */
function bodyOf(message: string): string {
  const [, ...parts] = message.split('\r\n\r\n')
  return parts.join('\r\n\r\n').replace(/(?:^|\r\n)[0-9a-f]+\r\n|\r\n$/g, '')
}

describe.each(lengths)('a secret of %i bytes', (length) => {
  test('and another: what is held is the same, wherever the API stops', async () => {
    const one = secrets[`one_${length}`] ?? ''
    for (const cut of [1, 8, length - 1]) {
      for (const permalink of [`one-${length}-fail`, `other-${length}-fail`]) {
        const goesOn = Promise.withResolvers<void>()
        const script = ['x'.repeat(70_000), 'words "', one.slice(0, cut), goesOn.promise, 'more "and" more']
        const watched = await watch(execute(permalink, script))
        await comesTo(watched, `${'x'.repeat(70_000)}words "`)
        goesOn.resolve()
        await watched.ended
        expect(watched.body()).toBe(script.filter((step) => typeof step === 'string').join(''))
      }
    }
  })
})

test('an API that is silent for 200 ms after every byte of a secret gets none of it through', async () => {
  const spelled = [...encodeURIComponent(secrets.one_16 ?? '')].flatMap((byte) => [byte, 200])
  const watched = await watch(execute('one-16-fail', ['{"v":"', ...spelled, '"}']), 'drip')
  await watched.ended
  expect(watched.body()).toBe('{"v":"')
})

test('the published attack learns nothing: right and wrong guesses look alike', async () => {
  const secret = secrets.attacked ?? ''
  reflected = Promise.withResolvers()
  for (const known of [0, 5, 24]) {
    const guesses = ['a', secret[known] ?? '', '9', 'z'].map((next) => secret.slice(0, known) + next)
    const calls = await Promise.all(guesses.map((guess) => watch(`/connectors/reflect/execute?q=${guess}`)))
    await Promise.all(calls.map((call) => comesTo(call, '{"q":"')))
  }
  reflected.resolve()
})

test('each event of a stream leaves as it ends, and a secret in one ends it', async () => {
  const goesOn = Promise.withResolvers<void>()
  const script = ['data: first\n\n', goesOn.promise, 'data: second\n\n']
  const watched = await watch(execute('one-16-fail', script, 'text/event-stream'), 'events')
  await comesTo(watched, 'data: first\n\n')
  goesOn.resolve()
  await watched.ended
  expect(watched.body()).toBe('data: first\n\ndata: second\n\n')
  const events = ['data: a\n\n', 50, `data: ${secrets.one_16}\n\n`]
  const cut = await watch(execute('one-16-fail', events, 'text/event-stream'), 'events')
  await cut.ended
  expect(cut.body()).not.toContain((secrets.one_16 ?? '').slice(0, 4))
})

test('validators pass of what was searched before it left; of a stream the tag leaves as another', async () => {
  const head = async (permalink: string, script: Script) => {
    const watched = await watch(execute(permalink, script))
    await watched.ended
    return watched.message()
  }
  expect(await head('one-16-fail', ['short'])).toMatch(/\r\netag: "of the body"\r\n/i)
  expect(await head('one-16-fail', ['x'.repeat(300_000)])).toMatch(/\r\netag: "[\w-]{27}"\r\n/i)
  expect(await head('one-16-redact', ['short'])).not.toMatch(/\r\netag/i)
})

describe('a caller that makes an API say its credential again', () => {
  const call = async (permalink: string, sub: string) =>
    wireCall(proxy.url, { target: `/connectors/${permalink}/execute`, headers: [await bearer({ sub })] })

  test.each(['echo', 'echo-redact'])(
    'waits for an hour after three times, and no one else: %s',
    async (permalink) => {
      const first = permalink === 'echo' ? 502 : 200
      const entries = () => proxy.printed().match(/^warning: audit/gm)?.length ?? 0
      const before = entries()
      for (let turn = 0; turn < 3; turn++) expect((await call(permalink, 'guesser')).status).toBe(first)
      const refused = await call(permalink, 'guesser')
      expect(refused.status).toBe(429)
      expect(refused.json().code).toBe('RATE_LIMITED')
      const seconds = Number(refused.headers['retry-after'])
      expect(seconds).toBeGreaterThan(3500)
      expect(seconds).toBeLessThanOrEqual(3600)
      expect((await call(permalink, 'other')).status).toBe(first)
      await expect.poll(entries).toBe(before + 1)
      expect(proxy.printed()).not.toContain(secrets.attacked)
    },
  )
})
