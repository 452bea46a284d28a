import { ProblemError } from '@sluice/connector-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Scripted } from '../testing/plain-ports.ts'
import { clientCredentials, json, jwtBearer, usual, world } from '../testing/token-world.ts'

describe('a token endpoint that fails', () => {
  const timedOut = new ProblemError('UPSTREAM_TIMEOUT', { detail: 'slow' })
  const faults: readonly (readonly [string, Scripted | Error])[] = [
    ['500', json('oops', 500)],
    ['HTML', { headers: [['content-type', 'text/html']], body: '<html>client-secret-9f2c4e7a</html>' }],
    ['JSON that is cut', json('{"access_token":"token-1","token_ty')],
    ['JSON of another shape', json([])],
    ['nothing', json('')],
    ['204', { status: 204, body: '' }],
    ['no access_token', json({ token_type: 'Bearer' })],
    ['an access_token that is a number', json({ ...usual, access_token: 7 })],
    ['an empty access_token', json({ ...usual, access_token: '' })],
    ['an access_token with a line break', json({ ...usual, access_token: 'a\r\nX-Evil: 1' })],
    ['an access_token outside ASCII', json({ ...usual, access_token: 'tökèn' })],
    ['an access_token with a space', json({ ...usual, access_token: 'a b' })],
    ['an endless access_token', json({ ...usual, access_token: 'a'.repeat(20_000) })],
    ['a token of another kind', json({ ...usual, token_type: 'mac' })],
    ['expires_in as a word', json({ ...usual, expires_in: 'soon' })],
    ['a negative expires_in', json({ ...usual, expires_in: -1 })],
    ['a redirect', { status: 307, headers: [['location', 'https://evil.example.net/']] }],
    ['an answer without end', json(`"${'x'.repeat(70_000)}"`)],
    ['a timeout', timedOut],
    ['a broken connection', new ProblemError('UPSTREAM_UNREACHABLE', { detail: 'reset' })],
  ]

  test.each(faults)('%s: TOKEN_EXCHANGE_FAILED, nothing sent, nothing told', async (_, fault) => {
    const { call, sent } = world({ tokens: [fault] })
    const problem = await call(clientCredentials())
    expect(problem).toMatchObject({ code: 'TOKEN_EXCHANGE_FAILED', status: 502, stage: 'authenticate' })
    expect(sent).toEqual([])
    const text = problem instanceof ProblemError ? problem.message : ''
    for (const secret of ['client-secret', 'token-1', 'evil']) expect(text).not.toContain(secret)
  })

  interface Fault {
    readonly what: string
    readonly answer: Scripted | Error
    readonly detail: string
    readonly params?: readonly string[]
  }
  const seven: readonly Fault[] = [
    {
      what: 'cannot be reached',
      answer: new ProblemError('UPSTREAM_UNREACHABLE', { detail: 'reset' }),
      detail: 'The token endpoint could not be reached',
    },
    { what: 'is too slow', answer: timedOut, detail: 'The token endpoint did not respond in time' },
    {
      what: 'breaks HTTP',
      answer: new ProblemError('UPSTREAM_PROTOCOL_ERROR', { detail: 'bad chunk' }),
      detail: 'The token endpoint broke the HTTP protocol',
    },
    {
      what: 'redirects',
      answer: { status: 307, headers: [['location', 'https://evil.example.net/']] },
      detail:
        'The token endpoint redirected (status 307), and no redirect is followed: write the address that it leads to as `token_url`',
    },
    {
      what: 'refuses the client',
      answer: json({ error: 'invalid_client', error_description: 'client-secret-9f2c4e7a is wrong' }, 401),
      detail:
        'The token endpoint refused (status 401, application/json): invalid_client. Check `client_id`, its credential and `client_authentication`',
      params: ['invalid_client'],
    },
    {
      what: 'shows a page',
      answer: { headers: [['content-type', 'text/html; charset=utf-8']], body: '<html>Log in</html>' },
      detail: 'The token endpoint gave no JSON object (status 200, text/html)',
    },
    {
      what: 'leaves the token out',
      answer: json({ token: 'token-1', token_type: 'Bearer' }),
      detail:
        '`access_token` is missing in the response of the token endpoint (status 200, application/json)',
      params: ['access_token'],
    },
  ]

  test.each(seven)('one that $what is told apart', async ({ answer, detail, params }) => {
    const { call } = world({ tokens: [answer] })
    const problem = await call(clientCredentials())
    expect(problem).toMatchObject({ code: 'TOKEN_EXCHANGE_FAILED', message: detail })
    expect(problem instanceof ProblemError && problem.params).toEqual(params)
  })

  test.each([
    ['access_token', { access_token: 7 }],
    ['access_token', { access_token: 'a b' }],
    ['token_type', { token_type: 'mac' }],
    ['token_type', { token_type: 'DPoP' }],
    ['token_type', { token_type: ['Bearer'] }],
    ['expires_in', { expires_in: -1 }],
    ['expires_in', { expires_in: '-1' }],
    ['expires_in', { expires_in: 'soon' }],
    ['expires_in', { expires_in: '3600 seconds' }],
    ['expires_in', { expires_in: [3600] }],
    ['expires_in', { expires_in: true }],
  ])('the invalid %s of %j is named, its value is not', async (field, change) => {
    const { call, sent } = world({ tokens: [json({ ...usual, ...change })] })
    const problem = await call(clientCredentials())
    expect(problem).toMatchObject({ code: 'TOKEN_EXCHANGE_FAILED', params: [field] })
    expect(problem instanceof ProblemError && problem.message).toBe(
      `\`${field}\` is invalid in the response of the token endpoint (status 200, application/json)`,
    )
    expect(sent).toEqual([])
  })

  test.each([
    ['invalid_grant', 'invalid_grant'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['slow_down', 'slow_down'],
    ['INVALID_GRANT', 'unknown'],
    ['client-secret-9f2c4e7a', 'unknown'],
    ['account_locked_for_ada', 'unknown'],
    ['constructor', 'unknown'],
    [{ code: 403 }, 'unknown'],
    ['', 'unknown'],
  ])('an error %j is told as %s', async (error, told) => {
    const { call } = world({ tokens: [json({ error }, 400)] })
    expect(await call(clientCredentials())).toMatchObject({ params: [told] })
  })

  test.each([
    ['text/html', 'status 500, text/html'],
    ['Application/Problem+JSON; charset=utf-8', 'status 500, application/problem+json'],
    ['text/html, text/html', 'status 500'],
    ['<script>', 'status 500'],
    ['a/b/c', 'status 500'],
    [`text/${'x'.repeat(55)}`, `status 500, text/${'x'.repeat(55)}`],
    [`text/${'x'.repeat(56)}`, 'status 500'],
    ['text/client-secret-9f2c4e7a', 'status 500'],
    ['', 'status 500'],
  ])('a content type of %s is told as %s', async (type, told) => {
    const { call } = world({ tokens: [{ status: 500, headers: [['content-type', type]], body: 'oops' }] })
    expect(await call(clientCredentials())).toMatchObject({
      message: `The token endpoint refused (${told})`,
    })
  })

  test.each([
    ['120', '120'],
    ['Thu, 01 Jan 2026 00:01:30 GMT', '90'],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['-5', undefined],
    ['0.5', undefined],
    ['soon client-secret-9f2c4e7a', undefined],
  ])('a Retry-After of %s is passed on as %s', async (value, told) => {
    const tokens = [{ status: 503, headers: [['retry-after', value]] as const, body: '' }]
    const { call } = world({ tokens })
    const problem = await call(clientCredentials())
    expect(problem.headers).toEqual(told === undefined ? {} : { 'retry-after': told })
  })

  test('an endpoint that names a time is not asked before it, and told of again', async () => {
    const busy = { status: 429, headers: [['retry-after', '20']] as const, body: '' }
    const { call, asked, time } = world({ tokens: [busy, json(usual)] })
    await call(clientCredentials())
    time.nowMs += 19_999
    expect(await call(clientCredentials())).toMatchObject({ headers: { 'retry-after': '1' } })
    expect(asked).toHaveLength(1)
    time.nowMs += 1
    expect(await call(clientCredentials())).toMatchObject({ status: 200 })
  })

  test('a time that is far away keeps nobody from asking after 30 s, and is still told', async () => {
    const busy = { status: 429, headers: [['retry-after', '86400']] as const, body: '' }
    const { call, asked, time } = world({ tokens: [busy, json(usual)] })
    await call(clientCredentials())
    time.nowMs += 29_999
    expect(await call(clientCredentials())).toMatchObject({ headers: { 'retry-after': '86371' } })
    expect(asked).toHaveLength(1)
    time.nowMs += 1
    expect(await call(clientCredentials())).toMatchObject({ status: 200 })
  })

  test('whatever an endpoint repeats of the credential, and wherever, none of it is told', async () => {
    const secret = 'client-secret-9f2c4e7a'
    const text = fc.constantFrom(
      secret,
      `${secret}!`,
      `text/${secret}`,
      'application/json',
      `Basic ${secret}`,
      '7',
    )
    const value = fc.oneof(text, fc.record({ [secret]: text }), fc.array(text), fc.constant(null))
    const keys = [
      'error',
      'error_description',
      'error_uri',
      'access_token',
      'token_type',
      'expires_in',
      secret,
    ]
    const scripted = fc.record({
      status: fc.constantFrom(200, 201, 204, 302, 400, 401, 429, 500, 503),
      body: fc.dictionary(fc.constantFrom(...keys), value).map((fields) => JSON.stringify(fields)),
      headers: fc.tuple(
        fc.tuple(fc.constant('content-type'), text),
        fc.tuple(fc.constant('retry-after'), text),
        fc.tuple(fc.constant('location'), text),
        fc.tuple(fc.constant('www-authenticate'), text),
      ),
    })
    await fc.assert(
      fc.asyncProperty(scripted, async (answer) => {
        const outcome = await world({ tokens: [answer] }).call(clientCredentials())
        if (!(outcome instanceof ProblemError)) return
        const { message, params, headers, cause } = outcome
        expect(JSON.stringify([message, params, headers, String(cause)])).not.toContain('9f2c4e7a')
      }),
    )
  })

  test('an address that is refused is DESTINATION_NOT_ALLOWED', async () => {
    const refused = new ProblemError('DESTINATION_NOT_ALLOWED', { detail: 'The host is not public' })
    const { call, sent } = world({ tokens: [refused] })
    const problem = await call(clientCredentials())
    expect(problem).toMatchObject({ code: 'DESTINATION_NOT_ALLOWED', stage: 'authenticate' })
    expect(sent).toEqual([])
  })

  test('is not asked again for a second, then two, up to 30, and forgiven at once', async () => {
    const failing = Array.from({ length: 7 }, () => json('oops', 500))
    const { call, asked, time } = world({
      tokens: [...failing, json({ ...usual, expires_in: 0 }), json('', 500)],
    })
    for (const [index, seconds] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      await call(clientCredentials())
      expect(asked).toHaveLength(index + 1)
      time.nowMs += seconds * 1000 - 1
      const problem = await call(clientCredentials())
      expect(problem).toMatchObject({ code: 'TOKEN_EXCHANGE_FAILED', headers: { 'retry-after': '1' } })
      expect(asked).toHaveLength(index + 1)
      time.nowMs += 1
    }
    expect(await call(clientCredentials())).toMatchObject({ status: 200 })
    await call(clientCredentials())
    expect(asked).toHaveLength(9)
    time.nowMs += 1000
    await call(clientCredentials())
    expect(asked).toHaveLength(10)
  })

  test('stops nobody else: another key asks at once', async () => {
    const { call, asked } = world({ tokens: [json('oops', 500), json(usual)] })
    await call(clientCredentials())
    expect(await call(clientCredentials({ scope: 'other' }))).toMatchObject({ status: 200 })
    expect(asked).toHaveLength(2)
  })

  test('a key that cannot sign an assertion asks nobody', async () => {
    const { call, seen } = world({ secrets: { key: 'no key' } })
    expect(await call(jwtBearer())).toMatchObject({
      code: 'JWT_SIGNING_FAILED',
      params: ['authentication.config.private_key'],
    })
    expect(seen).toEqual([])
  })
})
