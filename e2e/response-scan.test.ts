/** The response scan over real sockets: an API that holds bytes back, the proxy, and a client that counts what comes. */
import { once } from 'node:events'
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

/** What the API says, piece by piece; a number is a silence in milliseconds. */
type Script = readonly (string | number)[]
const scripts = new Map<string, Script>()

let api: RecordingApi
let proxy: SluiceDev

async function play(response: ServerResponse, script: Script): Promise<void> {
  for (const step of script) {
    if (response.destroyed) return
    if (typeof step === 'number') await sleep(step)
    else response.write(step)
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
      void play(response, [`{"q":"${query.get('q') ?? ''}`, 400, '"}'])
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
  /** What had come when the socket was silent, each time. */
  readonly seen: readonly string[]
  readonly whole: string
}

/** Calls, and notes what has come of the response whenever nothing comes for so long. */
async function watch(path: string, { quietMs = 60, sub = '7' } = {}): Promise<Watched> {
  const { hostname, port } = new URL(proxy.url)
  const socket: Socket = connect(Number(port), hostname)
  const [name, value] = await bearer({ sub })
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${name}: ${value}\r\nConnection: close\r\n\r\n`,
  )
  let whole = ''
  const seen: string[] = []
  const note = () => void seen.push(whole)
  let quiet = setTimeout(note, quietMs)
  socket.on('data', (data) => {
    whole += data.toString('latin1')
    clearTimeout(quiet)
    quiet = setTimeout(note, quietMs)
  })
  // A reset is how a response that has begun is withheld.
  socket.on('error', () => {})
  await once(socket, 'close')
  clearTimeout(quiet)
  return { seen, whole }
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
      const script = ['x'.repeat(70_000), 'words "', one.slice(0, cut), 400, 'more "and" more', 400]
      // Another caller for each: there is nothing to count.
      const watched = await Promise.all(
        [`one-${length}-fail`, `other-${length}-fail`].map((permalink) => watch(execute(permalink, script))),
      )
      const held = watched.map(({ seen }) => seen.map(bodyOf).filter((text) => !text.includes('more')))
      expect(held[0]?.at(-1)).toBe(`${'x'.repeat(70_000)}words "`)
      expect(held[1]?.at(-1)).toBe(held[0]?.at(-1))
      for (const { whole } of watched) expect(bodyOf(whole)).toContain('more "and" more')
    }
  })
})

test('an API that is silent for 200 ms after every byte of a secret gets none of it through', async () => {
  const secret = secrets.one_16 ?? ''
  const spelled = [...encodeURIComponent(secret)].flatMap((byte) => [byte, 200])
  const { whole } = await watch(execute('one-16-fail', ['{"v":"', ...spelled, '"}']), { sub: 'drip' })
  const body = bodyOf(whole)
  expect(whole).toContain('HTTP/1.1 200')
  expect(body).toContain('{"v":"')
  for (let end = 1; end <= secret.length; end++) expect(body).not.toContain(`{"v":"${secret.slice(0, end)}`)
})

test('the published attack learns nothing: right and wrong guesses look alike, and whole ones are few', async () => {
  const secret = secrets.attacked ?? ''
  const bytesFor = async (guess: string) => {
    const { seen } = await watch(`/connectors/reflect/execute?q=${guess}`)
    return bodyOf(seen.at(-1) ?? '').length
  }
  for (const known of [0, 5, 20]) {
    const guesses = ['a', secret[known] ?? '', '9', 'z'].map((next) => secret.slice(0, known) + next)
    const bytes = await Promise.all(guesses.map(bytesFor))
    expect(new Set(bytes).size).toBe(1)
  }
})

test('each event of a stream leaves as it ends, and a secret in one ends it', async () => {
  const events = { sub: 'events', quietMs: 100 }
  const script = ['data: first\n\n', 500, 'data: second\n\n', 500]
  const { seen, whole } = await watch(execute('one-16-fail', script, 'text/event-stream'), events)
  expect(seen[0]).toContain('data: first\n\n')
  expect(seen[0]).not.toContain('second')
  expect(whole).toContain('data: second\n\n')
  const secret = secrets.one_16 ?? ''
  const cut = await watch(
    execute('one-16-fail', ['data: a\n\n', 50, `data: ${secret}\n\n`], 'text/event-stream'),
    events,
  )
  expect(cut.whole).not.toContain(secret.slice(0, 4))
})

describe('validators', () => {
  test('of what was searched before it left pass; of a stream the tag leaves as another', async () => {
    const whole = await watch(execute('one-16-fail', ['short']))
    expect(whole.whole).toMatch(/\r\netag: "of the body"\r\n/i)
    const streamed = await watch(execute('one-16-fail', ['x'.repeat(70_000), 200, 'y']))
    expect(streamed.whole).toMatch(/\r\netag: "[\w-]{27}"\r\n/i)
    const redacted = await watch(execute('one-16-redact', ['short']))
    expect(redacted.whole).not.toMatch(/\r\netag/i)
  })
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
