import { randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '@sluice/connector-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { callOf, connector, plainPorts, textOf } from '../testing/plain-ports.ts'
import { createMultiSearch } from './multi-search.ts'
import { createEchoSieve, type OnEcho } from './response-window.ts'
import { SievedBody } from './scanned-body.ts'
import { formsOf } from './spellings.ts'

const awkward = `s<e>c"r'e&t/+=%\\ü €-0123456789abcdef`

/** What an API can make of a value; `before` and `after` are what stands around it in the same encoding. */
const encoders: Readonly<Record<string, (value: string, before: string, after: string) => string>> = {
  raw: (value, before, after) => before + value + after,
  JSON: (value, before, after) => JSON.stringify({ echo: before + value + after }),
  'JSON with escaped slashes': (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  'JSON in ASCII': (value) =>
    JSON.stringify(value).replace(
      /[\u0080-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'percent-encoded': (value, before, after) => encodeURIComponent(before + value + after),
  'percent-encoded in lower case': (value) =>
    encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  'a form': (value, before, after) => new URLSearchParams({ a: before + value + after }).toString(),
  HTML: (value) =>
    `<p title="${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')}">`,
  hex: (value, before, after) => Buffer.from(before + value + after).toString('hex'),
  'hex in upper case': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  Base64: (value, before, after) => Buffer.from(before + value + after).toString('base64'),
  Base64url: (value, before, after) => Buffer.from(before + value + after).toString('base64url'),
}

async function filtered(chunks: readonly Buffer[], secret: string, onEcho: OnEcho) {
  const out: Buffer[] = []
  try {
    const sieve = createEchoSieve(createMultiSearch(formsOf(secret)), onEcho)
    const source = Readable.from(chunks)
    for await (const chunk of new SievedBody({ begun: [], source, sieve })) out.push(chunk)
    return { text: Buffer.concat(out).toString('latin1'), error: undefined }
  } catch (error) {
    return { text: Buffer.concat(out).toString('latin1'), error }
  }
}

describe.each(Object.keys(encoders))('a secret that comes back as %s', (name) => {
  const encode = encoders[name] ?? ((value: string) => value)

  test.each(['x', 'xy', 'xyz', ''])('after "%s" is found, however the answer is cut', async (before) => {
    const whole = Buffer.from(`{"n":1,"v":"${encode(awkward, before, `${before}tail`)}"}`)
    for (let cut = 0; cut <= whole.length; cut++) {
      const { error, text } = await filtered([whole.subarray(0, cut), whole.subarray(cut)], awkward, 'fail')
      expect(error).toMatchObject({ code: 'SECRET_IN_RESPONSE' })
      // Not even the beginning of it is out.
      expect(text.length).toBeLessThanOrEqual(whole.indexOf(encode(awkward, '', '').slice(0, 4)) + 40)
    }
  })

  test('is found byte by byte', async () => {
    const bytes = [...Buffer.from(encode(awkward, 'ab', 'c'))].map((byte) => Buffer.from([byte]))
    expect((await filtered(bytes, awkward, 'fail')).error).toBeInstanceOf(ProblemError)
  })
})

test('redacted, every occurrence is gone and all around it is there', async () => {
  const secret = 'sk-live-0123456789abcdef'
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 's', 'sk-live-', secret, secret.slice(0, 20), ' ', '\n'), {
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 50 }),
      async (parts, size) => {
        const whole = parts.join('')
        const chunks = whole.match(new RegExp(`.{1,${size}}`, 'gs'))?.map((chunk) => Buffer.from(chunk)) ?? []
        const { text, error } = await filtered(chunks, secret, 'redact')
        expect(error).toBeUndefined()
        expect(Buffer.from(text, 'latin1').toString()).toBe(whole.replaceAll(secret, '•••'))
      },
    ),
  )
})

test('an answer without a secret passes byte for byte, whatever its chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 500 })), async (chunks) => {
      const buffers = chunks.map((chunk) => Buffer.from(chunk))
      const { text } = await filtered(buffers, 'sk-live-0123456789abcdef', 'fail')
      expect(text).toBe(Buffer.concat(buffers).toString('latin1'))
    }),
  )
})

test('the search finds exactly what a plain search finds', () => {
  const string = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(
      fc.array(string, { minLength: 1, maxLength: 5 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 60 }),
      (strings, text) => {
        const search = createMultiSearch(strings.map((one) => Buffer.from(one)))
        const places = strings.map((one) => text.indexOf(one)).filter((at) => at !== -1)
        const found = search.find(Buffer.from(text), 0)
        expect(found?.begin).toBe(places.length === 0 ? undefined : Math.min(...places))
        const open = search.openEnd(Buffer.from(text), 0)
        const couldBegin = (at: number) =>
          strings.some((one) => one.length > text.length - at && one.startsWith(text.slice(at)))
        const first = [...text].findIndex((_, at) => couldBegin(at))
        expect(open).toBe(first === -1 ? text.length : first)
      },
    ),
  )
})

describe('an exchange', () => {
  const secrets = { k: 'sk-live-0123456789abcdef', short: 'short-secret' }
  const withKey = (name: string, change: object = {}) => ({
    authentication: { type: 'api_key', config: { key: 'X-Key', value: `{{ get_secret('${name}') }}` } },
    cache: { enabled: false },
    ...change,
  })
  const run = async (change: object, answer: Parameters<typeof plainPorts>[0]) => {
    const { ports } = plainPorts(answer, { secrets })
    const outcome = await runExchange(callOf(connector(change)), ports)
    if ('problem' in outcome)
      return { code: outcome.problem.code, text: String(outcome.problem), headers: [] }
    return {
      code: outcome.answer.status,
      text: await textOf(outcome.answer.body),
      headers: outcome.answer.headers,
    }
  }

  test('whose answer holds the secret is SECRET_IN_RESPONSE, in headers as in the body', async () => {
    expect((await run(withKey('k'), () => ({ body: `{"got":"${secrets.k}"}` }))).code).toBe(
      'SECRET_IN_RESPONSE',
    )
    const inHeader = { headers: [['x-echo', `got ${secrets.k}`]] as const }
    const { code, text } = await run(withKey('k'), () => inHeader)
    expect(code).toBe('SECRET_IN_RESPONSE')
    expect(text).not.toContain(secrets.k)
  })

  test('that stores answers stores none with a secret', async () => {
    const { ports, stored } = plainPorts(
      () => ({ headers: [['cache-control', 'max-age=60']], body: secrets.k }),
      { secrets },
    )
    await runExchange(callOf(connector(withKey('k', { cache: { enabled: true } }))), ports)
    expect(stored.size).toBe(0)
  })

  test('whose template would piece a secret together is SECRET_IN_RESPONSE', async () => {
    const body = JSON.stringify({ a: secrets.k.slice(0, 10), b: secrets.k.slice(10) })
    const response_body = '{"x": "{{ response.json.a }}{{ response.json.b }}"}'
    expect((await run(withKey('k', { response_body }), () => ({ body }))).code).toBe('SECRET_IN_RESPONSE')
  })

  test('may redact instead, and says no length or digest that is not so', async () => {
    const { code, text, headers } = await run(withKey('k', { on_secret_in_response: 'redact' }), () => ({
      headers: [
        ['x-echo', secrets.k],
        ['content-length', '30'],
        ['digest', 'sha-256=x'],
      ],
      body: `a ${secrets.k} b`,
    }))
    expect([code, text]).toEqual([200, 'a ••• b'])
    expect(Buffer.from(headers.find(([name]) => name === 'x-echo')?.[1] ?? '', 'latin1').toString()).toBe(
      '•••',
    )
    expect(headers.map(([name]) => name)).not.toContain('content-length')
  })

  test('with Basic credentials is searched for their Base64 too', async () => {
    const authentication = {
      type: 'basic',
      config: { username: 'somebody', password: "{{ get_secret('k') }}" },
    }
    const { ports, seen } = plainPorts(() => ({ body: seen[0]?.headers.authorization ?? '' }), { secrets })
    const outcome = await runExchange(callOf(connector({ authentication, cache: { enabled: false } })), ports)
    expect('problem' in outcome && outcome.problem.code).toBe('SECRET_IN_RESPONSE')
  })

  test('with a signed token is searched for the token', async () => {
    const config = { private_key: "{{ get_secret('k') }}", algorithm: 'HS256', claims: { a: 'b' } }
    const { ports, seen } = plainPorts(() => ({ body: seen[0]?.headers.authorization ?? '' }), { secrets })
    const outcome = await runExchange(
      callOf(connector({ authentication: { type: 'jwt', config }, cache: { enabled: false } })),
      ports,
    )
    expect('problem' in outcome && outcome.problem.code).toBe('SECRET_IN_RESPONSE')
  })

  test.each<[string, number, number]>([
    ['large', 40, 0],
    ['slow', 4, 40],
    ['of one piece', 1, 0],
    ['empty', 0, 0],
  ])('whose answer is %s gets it byte for byte', async (_, pieces, pauseMs) => {
    const chunks = Array.from({ length: pieces }, () => randomBytes(20_000))
    const body = async function* () {
      for (const chunk of chunks) {
        yield chunk
        if (pauseMs > 0) await sleep(pauseMs)
      }
    }
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = {
      send: async () => ({ status: 200, headers: [], body: Readable.from(body(), { objectMode: false }) }),
    }
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    if ('problem' in outcome) throw outcome.problem
    const out: Uint8Array[] = []
    const got = outcome.answer.body
    if (got instanceof Readable) for await (const chunk of got) out.push(chunk)
    else if (got !== null) out.push(got)
    expect(Buffer.concat(out).equals(Buffer.concat(chunks))).toBe(true)
  })

  test('whose answer begins before the second half of a secret has come breaks off there', async () => {
    const before = Buffer.concat([randomBytes(70_000), Buffer.from(secrets.k.slice(0, 10))])
    const source = new PassThrough()
    source.write(before)
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = { send: async () => ({ status: 200, headers: [], body: source }) }
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    if ('problem' in outcome || !(outcome.answer.body instanceof Readable)) throw new Error('no stream')
    source.end(secrets.k.slice(10))
    const out: Buffer[] = []
    const reading = (async () => {
      for await (const chunk of outcome.answer.body as Readable) out.push(chunk)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'SECRET_IN_RESPONSE' })
    expect(Buffer.concat(out).equals(before.subarray(0, 70_000))).toBe(true)
  })

  test('whose answer fails before it is searched is the failure itself, and lets the API go', async () => {
    const failure = new ProblemError('UPSTREAM_PROTOCOL_ERROR', { detail: 'cut' })
    const source = new PassThrough()
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = { send: async () => ({ status: 200, headers: [], body: source }) }
    source.write('{"a":')
    setTimeout(() => source.destroy(failure), 5)
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    expect('problem' in outcome && outcome.problem).toBe(failure)
  })

  test('whose reader goes away lets the API go', async () => {
    const source = new PassThrough()
    const { ports } = plainPorts(undefined, { secrets })
    const upstream = { send: async () => ({ status: 200, headers: [], body: source }) }
    source.write(randomBytes(100_000))
    const outcome = await runExchange(callOf(connector(withKey('k'))), { ...ports, upstream })
    if ('problem' in outcome || !(outcome.answer.body instanceof Readable)) throw new Error('no stream')
    outcome.answer.body.destroy()
    await expect.poll(() => source.destroyed).toBe(true)
  })

  test('is not searched for a secret of under 16 bytes: G1 ends there, openly', async () => {
    expect((await run(withKey('short'), () => ({ body: secrets.short }))).code).toBe(200)
  })
})
