import { randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { callOf, connector, plainPorts, textOf } from '../testing/plain-ports.ts'

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
    const left = Buffer.concat(out)
    expect(left.equals(before.subarray(0, left.length))).toBe(true)
    expect(left.length).toBeGreaterThan(60_000)
    expect(left.length).toBeLessThanOrEqual(70_000)
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
