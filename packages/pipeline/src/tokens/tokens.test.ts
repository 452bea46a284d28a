import { generateKeyPairSync } from 'node:crypto'
import { ProblemError } from '@sluice/connector-schema'
import { decodeJwt, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { ada, callOf, connector, payloadOf, type Scripted, type Seen } from '../testing/plain-ports.ts'
import {
  clientCredentials,
  json,
  jwtBearer,
  pair,
  secrets,
  tokenUrl,
  usual,
  world,
} from '../testing/token-world.ts'

describe('the request to the token endpoint', () => {
  test('client credentials in the body, with scope, audience and more', async () => {
    const { call, sent, formOf, asked } = world()
    await call(
      clientCredentials({
        scope: 'read {{ tenant_id }}',
        audience: 'https://api.example.com',
        extra_parameters: { resource: 'r&r' },
      }),
    )
    expect(formOf(0)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: secrets.client_secret,
      scope: 'read acme',
      audience: 'https://api.example.com',
      resource: 'r&r',
    })
    expect(asked[0]?.headers.authorization).toBeUndefined()
    expect(sent[0]?.headers.authorization).toBe('Bearer token-1')
  })

  test('client_secret_basic form-encodes both parts, client_secret_basic_raw neither', async () => {
    const odd = { client_secret: 'a b+c:ü%-0123456789' }
    const { call, asked } = world({ secrets: odd })
    await call(clientCredentials({ client_id: 'my id', client_authentication: 'client_secret_basic' }))
    await call(clientCredentials({ client_id: 'my id', client_authentication: 'client_secret_basic_raw' }))
    const decoded = asked.map(({ headers }) =>
      Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString(),
    )
    const form = (text: string) => new URLSearchParams({ x: text }).toString().slice(2)
    expect(decoded[0]).toBe(`${form('my id')}:${form(odd.client_secret).replaceAll('-', '%2D')}`)
    expect(decoded[1]).toBe(`my id:${odd.client_secret}`)
    for (const { body } of asked) expect(body).not.toContain('client_secret')
  })

  test('an assertion has its claims, a life of three minutes, and a jti of its own', async () => {
    const { call, formOf, time } = world({ tokens: [json({ ...usual, expires_in: 0 })] })
    const authentication = jwtBearer({
      subject: '{{ user.email }}',
      additional_claims: { role: 'x' },
      jwt_headers: { kid: 'k1' },
      scope: 'read',
    })
    await call(authentication)
    await call(authentication)
    const { assertion = '', ...rest } = formOf(0)
    expect(rest).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: 'client',
      scope: 'read',
    })
    const currentDate = new Date(time.nowMs)
    const { payload, protectedHeader } = await jwtVerify(assertion, pair.publicKey, { currentDate })
    const now = time.nowMs / 1000
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' })
    expect(payload).toEqual({
      iss: 'client',
      sub: 'ada@example.com',
      aud: 'https://id.example.com',
      iat: now - 5,
      exp: now + 180,
      role: 'x',
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(decodeJwt(formOf(1).assertion ?? '').jti).not.toBe(payload.jti)
  })

  test('a client that signs sends an assertion about itself, and no secret', async () => {
    const { call, formOf, time, asked } = world({ tokens: [json({ ...usual, expires_in: 0 })] })
    const authentication = clientCredentials({
      client_secret: undefined,
      client_authentication: 'private_key_jwt',
      private_key: "{{ get_secret('key') }}",
      key_id: 'k-{{ tenant_id }}',
    })
    await call(authentication)
    await call(authentication)
    const { client_assertion = '', ...rest } = formOf(0)
    expect(rest).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    expect(asked[0]?.headers.authorization).toBeUndefined()
    const currentDate = new Date(time.nowMs)
    const { payload, protectedHeader } = await jwtVerify(client_assertion, pair.publicKey, { currentDate })
    const now = time.nowMs / 1000
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k-acme' })
    expect(payload).toEqual({
      iss: 'client',
      sub: 'client',
      aud: tokenUrl,
      iat: now - 5,
      exp: now + 180,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(decodeJwt(formOf(1).client_assertion ?? '').jti).not.toBe(payload.jti)
  })

  test.each(['client_secret_post', 'client_secret_basic', 'client_secret_basic_raw', 'private_key_jwt'])(
    'an assertion is exchanged by a client that shows who it is with %s',
    async (client_authentication) => {
      const { call, asked, formOf } = world()
      const isSigned = client_authentication === 'private_key_jwt'
      const client_secret = isSigned ? undefined : "{{ get_secret('client_secret') }}"
      await call(jwtBearer({ client_authentication, client_secret }))
      const { client_assertion, client_secret: posted, client_id, assertion = '' } = formOf(0)
      const basic = asked[0]?.headers.authorization?.startsWith('Basic ') ?? false
      expect([client_assertion !== undefined, posted !== undefined, basic]).toEqual([
        isSigned,
        client_authentication === 'client_secret_post',
        client_authentication.startsWith('client_secret_basic'),
      ])
      expect(client_id).toBe(basic ? undefined : 'client')
      // Two assertions: one is exchanged, the other shows who asks.
      expect(client_assertion).not.toBe(assertion)
      expect(decodeJwt(assertion)).toMatchObject({ iss: 'client', aud: 'https://id.example.com' })
    },
  )

  test('an assertion has an issuer of its own where the config names one', async () => {
    const { call, formOf } = world()
    await call(jwtBearer({ issuer: 'issuer-of-{{ tenant_id }}' }))
    expect(decodeJwt(formOf(0).assertion ?? '')).toMatchObject({ iss: 'issuer-of-acme', sub: 'client' })
    expect(formOf(0).client_id).toBe('client')
  })

  test.each([
    ['https://id.example.com', 'https://id.example.com'],
    ['https://id.example.com/', 'https://id.example.com/'],
    ['urn:api:{{ tenant_id }}', 'urn:api:acme'],
    ['https://id.example.com/{{ tenant_id }}/', 'https://id.example.com/acme/'],
  ])('the audience %s is sent as it is written', async (audience, expected) => {
    const { call, formOf } = world()
    await call(jwtBearer({ audience }))
    expect(decodeJwt(formOf(0).assertion ?? '').aud).toBe(expected)
  })
})

describe('no caller value chooses who receives a credential', () => {
  test.each([
    ['token_url', 'https://{{ user.id }}.example.com/token'],
    ['token_url', 'https://{{ tenant_id }}/token'],
    ['token_url', "https://{{ get_secret('key') }}.example.com/"],
    ['token_url', 'https://user@id.example.com/token'],
    ['audience', 'https://{{ pathParams.host }}/x'],
  ])('%s: %s is refused when saved', (field, value) => {
    expect(() => connector({ authentication: jwtBearer({ [field]: value }) })).toThrow(field)
  })

  test.each([
    { token_url: 'https://id.example.com/{{ pathParams.realm }}/token' },
    { audience: 'urn:realm:{{ pathParams.realm }}' },
    { audience: 'https://id.example.com/{{ pathParams.realm }}' },
  ])('not even the realm: %j is refused when saved', (change) => {
    const path_parameters = [{ key: 'realm' }]
    const url = 'https://api.example.com/{{ pathParams.realm }}'
    const definition = { url, path_parameters, authentication: jwtBearer(change) }
    expect(() => connector(definition)).toThrow('may not choose who receives')
  })

  test('an audience that a session value turns into a URL sends nothing', async () => {
    const { call, seen } = world()
    const user = { id: 'https://evil.example.net', roles: [], profile_fields: {} }
    const problem = await call(jwtBearer({ audience: '{{ user.id }}' }), {}, { session: { ...ada, user } })
    expect(problem).toMatchObject({ code: 'TEMPLATE_RENDERING_FAILED' })
    expect(seen).toEqual([])
  })

  test.each([
    [['api.example.com'], 'SECRET_NOT_ALLOWED_FOR_HOST'],
    [['id.example.com'], 'SECRET_NOT_ALLOWED_FOR_HOST'],
    [['*.example.com'], undefined],
  ])('a secret allowed for %j goes, also as a token, to no other host', async (allowedHosts, code) => {
    const { call, seen } = world({ allowedHosts })
    const outcome = await call(clientCredentials())
    expect(outcome instanceof ProblemError ? outcome.code : undefined).toBe(code)
    if (code !== undefined) expect(seen).toEqual([])
  })
})

describe('literal credentials are refused when saved', () => {
  test.each([
    ['client_secret', clientCredentials({ client_secret: 'hunter2' })],
    ['client_secret', jwtBearer({ client_secret: 'hunter2' })],
    ['private_key', jwtBearer({ private_key: '-----BEGIN PRIVATE KEY-----' })],
    ['private_key', { type: 'jwt', config: { private_key: 'secret', claims: {} } }],
    [
      'private_key',
      clientCredentials({
        client_secret: undefined,
        client_authentication: 'private_key_jwt',
        private_key: '{"kty":"RSA"}',
      }),
    ],
    ['token', { type: 'bearer', config: { token: 'hunter2' } }],
    ['token', { type: 'bearer', config: { token: "{{ 'hunter2' }}" } }],
    ['value', { type: 'api_key', config: { key: 'X-Key', value: 'hunter2' } }],
    ['password', { type: 'basic', config: { username: '{{ user.id }}', password: 'hunter2' } }],
  ])('%s', (field, authentication) => {
    expect(() => connector({ authentication })).toThrow(`config.${field}","code":"LITERAL_CREDENTIAL`)
  })
})

describe('the life of a token', () => {
  test.each([
    ['an hour, less a minute', { expires_in: 3600 }, 3540],
    ['61 s, less a minute', { expires_in: 61 }, 1],
    ['half of 40 s', { expires_in: 40 }, 20],
    ['300 s, less a minute, where the server does not say', { expires_in: undefined }, 240],
    ['a number written as text', { expires_in: '600' }, 540],
    ['300 s, less a minute, where the life is null', { expires_in: null }, 240],
    ['300 s, less a minute, where the life is empty', { expires_in: '' }, 240],
  ])('client credentials: %s', async (_, change, seconds) => {
    const { call, asked, time } = world({ tokens: [json({ ...usual, ...change })] })
    await call(clientCredentials())
    time.nowMs += seconds * 1000 - 1
    await call(clientCredentials())
    expect(asked).toHaveLength(1)
    time.nowMs += 1
    await call(clientCredentials())
    expect(asked).toHaveLength(2)
  })

  test.each([
    [{ token_ttl: 600 }, { expires_in: 3600 }, 540],
    [{ token_ttl: 3600 }, { expires_in: 600 }, 540],
    [{}, { expires_in: undefined }, 3540],
  ])('an assertion: %j and %j give %i s', async (config, change, seconds) => {
    const { call, asked, time } = world({ tokens: [json({ ...usual, ...change })] })
    await call(jwtBearer(config))
    time.nowMs += seconds * 1000 - 1
    await call(jwtBearer(config))
    expect(asked).toHaveLength(1)
    time.nowMs += 1
    await call(jwtBearer(config))
    expect(asked).toHaveLength(2)
  })

  test('a life without end is no endless number, and one of nothing serves its own exchange only', async () => {
    const { call, asked, sent } = world({ tokens: [json({ ...usual, expires_in: 1e300 })] })
    await call(clientCredentials())
    await call(clientCredentials())
    expect([asked.length, sent.length]).toEqual([1, 2])
    const short = world({ tokens: [json({ ...usual, expires_in: 0 })] })
    await short.call(clientCredentials())
    await short.call(clientCredentials())
    expect([short.asked.length, short.sent.length]).toEqual([2, 2])
  })

  test('a clock that is set back far ends every token', async () => {
    const { call, asked, time } = world()
    await call(clientCredentials())
    time.nowMs -= 3_600_000
    await call(clientCredentials())
    expect(asked).toHaveLength(2)
  })

  test('200 calls at once make one exchange', async () => {
    const { call, asked, sent } = world()
    await Promise.all(Array.from({ length: 200 }, () => call(clientCredentials())))
    expect([asked.length, sent.length]).toEqual([1, 200])
  })

  test('a caller that goes away leaves the exchange to those who wait', async () => {
    const { call, sent } = world()
    const leaving = new AbortController()
    const gone = call(clientCredentials(), {}, { ending: leaving })
    const stays = call(clientCredentials())
    leaving.abort(new ProblemError('UPSTREAM_TIMEOUT', { detail: 'gone' }))
    expect(await gone).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    expect(await stays).toMatchObject({ status: 200 })
    expect(sent).toHaveLength(1)
  })

  test('none is shared across scopes, claims, users, tenants, hosts or rotated secrets', async () => {
    const { call, asked } = world()
    await call(jwtBearer())
    await call(jwtBearer({ scope: 'a' }))
    await call(jwtBearer({ additional_claims: { a: 'b' } }))
    await call(jwtBearer({ jwt_headers: { kid: 'k' } }))
    await call(jwtBearer({ issuer: 'another' }))
    await call(jwtBearer({ client_authentication: 'private_key_jwt' }))
    await call(jwtBearer({ client_authentication: 'private_key_jwt', key_id: 'k' }))
    await call(jwtBearer({ extra_parameters: { a: 'b' } }))
    await call(jwtBearer({ token_url: `${tokenUrl}/other` }))
    const ofUser = jwtBearer({ subject: '{{ user.id }}' })
    await call(ofUser)
    await call(
      ofUser,
      {},
      { session: { ...ada, user: { ...ada.user, id: '8', roles: [], profile_fields: {} } } },
    )
    expect(asked).toHaveLength(11)
    await call(ofUser)
    expect(asked).toHaveLength(11)
  })

  test('a rotated secret, or another tenant, asks anew', async () => {
    const rotating = { ...secrets }
    const { ports, asked } = world({ secrets: rotating })
    const run = (tenantId: string) => {
      const compiled = connector({ authentication: clientCredentials(), cache: { enabled: false } }, tenantId)
      return runExchange(callOf(compiled), ports)
    }
    await run('acme')
    await run('acme')
    expect(asked).toHaveLength(1)
    rotating.client_secret = 'another-secret-1b2c3d4e'
    await run('acme')
    expect(asked).toHaveLength(2)
    await run('other')
    expect(asked).toHaveLength(3)
  })

  test.each([
    ['the assertion', {}],
    ['the client as well', { client_authentication: 'private_key_jwt' }],
  ])('a rotated key of %s asks for another token', async (_, change) => {
    const rotating = { ...secrets }
    const { call, asked } = world({ secrets: rotating })
    await call(jwtBearer(change))
    await call(jwtBearer(change))
    expect(asked).toHaveLength(1)
    const another = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    rotating.key = String(another.export({ type: 'pkcs8', format: 'pem' }))
    await call(jwtBearer(change))
    expect(asked).toHaveLength(2)
  })

  test('a rotated key of a client that signs asks for another token', async () => {
    const rotating = { ...secrets }
    const { call, asked } = world({ secrets: rotating })
    const proving = clientCredentials({
      client_secret: undefined,
      client_authentication: 'private_key_jwt',
      private_key: "{{ get_secret('key') }}",
    })
    await call(proving)
    const another = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    rotating.key = String(another.export({ type: 'pkcs8', format: 'pem' }))
    await call(proving)
    expect(asked).toHaveLength(2)
  })

  test('a cache hit asks for no token', async () => {
    const { call, asked, sent } = world({ api: () => ({ headers: [['cache-control', 'max-age=60']] }) })
    await call(jwtBearer(), { cache: { enabled: true } })
    await call(jwtBearer(), { cache: { enabled: true } })
    expect([asked.length, sent.length]).toEqual([1, 1])
  })
})

describe('a response that means a bearer token is taken as one', () => {
  const { token_type: _, ...untyped } = usual
  test.each<[string, Scripted]>([
    ['no token_type', json(untyped)],
    ['a token_type of null', json({ ...usual, token_type: null })],
    ['an empty token_type', json({ ...usual, token_type: '' })],
    ['BearerToken', json({ ...usual, token_type: 'BearerToken' })],
    ['bearer in small letters', json({ ...usual, token_type: 'bearer' })],
    ['status 201', json(usual, 201)],
    ['a byte order mark', json(`\ufeff${JSON.stringify(usual)}`)],
    [
      'a media type in capitals',
      { ...json(usual), headers: [['content-type', 'Application/JSON ;charset=UTF-8']] },
    ],
    [
      'an id_token and a refresh_token that are neither verified nor kept',
      json({ ...usual, id_token: 7, refresh_token: 7, scope: [] }),
    ],
    [
      'a challenge',
      {
        ...json(usual),
        headers: [
          ['content-type', 'application/json'],
          ['www-authenticate', 'Basic'],
        ],
      },
    ],
  ])('%s', async (_name, answer) => {
    const { call, sent } = world({ tokens: [answer] })
    expect(await call(clientCredentials())).toMatchObject({ status: 200 })
    expect(sent[0]?.headers.authorization).toBe('Bearer token-1')
  })
})

describe('a token that the API refuses', () => {
  const refusing = (bad: string) => (request: Seen) =>
    request.headers.authorization === `Bearer ${bad}` ? { status: 401 } : {}
  const two = [json(usual), json({ ...usual, access_token: 'token-2' })]

  test('is dropped, exchanged once and sent once more, where it was a kept one', async () => {
    let revoked = 'none'
    const { call, asked, sent } = world({ tokens: two, api: (request) => refusing(revoked)(request) })
    await call(clientCredentials())
    revoked = 'token-1'
    expect(await call(clientCredentials())).toMatchObject({ status: 200 })
    expect(asked).toHaveLength(2)
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ])
  })

  test('is not, where it is new: the answer passes', async () => {
    const { call, asked, sent } = world({ api: () => ({ status: 401 }) })
    expect(await call(clientCredentials())).toMatchObject({ status: 401 })
    expect([asked.length, sent.length]).toEqual([1, 1])
  })

  test('is exchanged at most once in 30 s', async () => {
    const { call, asked, sent, time } = world({
      tokens: two,
      api: (_, count) => ({ status: count === 1 ? 200 : 401 }),
    })
    for (let n = 0; n < 4; n++) await call(clientCredentials())
    expect([asked.length, sent.length]).toEqual([2, 5])
    time.nowMs += 30_000
    await call(clientCredentials())
    expect(asked).toHaveLength(3)
  })

  test('by many at once is exchanged once, and all are sent again', async () => {
    let revoked = 'none'
    const { call, asked, sent } = world({ tokens: two, api: (request) => refusing(revoked)(request) })
    await call(clientCredentials())
    revoked = 'token-1'
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(clientCredentials())))
    expect(answers.every((answer) => answer.status === 200)).toBe(true)
    expect([asked.length, sent.length]).toEqual([2, 41])
  })

  const post = (text: string, length = Buffer.byteLength(text)) => ({
    payload: { ...payloadOf(text), length },
  })
  const unknownLength = (text: string) => ({ payload: { ...payloadOf(text), length: undefined } })
  const revokedAfterFirst = () => {
    let revoked = 'none'
    const api = (request: Seen) => refusing(revoked)(request)
    const revoke = (token: string) => {
      revoked = token
    }
    return { api, revoke }
  }

  test.each([0, 1, 64 * 1024])('is sent again with a payload of %i bytes', async (bytes) => {
    const { api, revoke } = revokedAfterFirst()
    const { call, asked, sent } = world({ tokens: two, api })
    const text = 'x'.repeat(bytes)
    await call(clientCredentials(), { method: 'POST' }, post(text))
    revoke('token-1')
    expect(await call(clientCredentials(), { method: 'POST' }, post(text))).toMatchObject({ status: 200 })
    expect(asked).toHaveLength(2)
    expect(sent.map(({ body }) => body)).toEqual([text, text, text])
  })

  test.each([
    ['is larger', 'x'.repeat(64 * 1024 + 1), post],
    ['has no known length', '{}', unknownLength],
  ] as const)(
    'is not sent again with a payload that %s, but dropped: the next call exchanges',
    async (_, text, of) => {
      const { api, revoke } = revokedAfterFirst()
      const { call, asked, sent } = world({ tokens: two, api })
      await call(clientCredentials(), { method: 'POST' }, of(text))
      revoke('token-1')
      expect(await call(clientCredentials(), { method: 'POST' }, of(text))).toMatchObject({ status: 401 })
      expect([asked.length, sent.length]).toEqual([1, 2])
      expect(await call(clientCredentials(), { method: 'POST' }, of(text))).toMatchObject({ status: 200 })
      expect([asked.length, sent.length]).toEqual([2, 3])
    },
  )

  test('is dropped at most once in 30 s, however often the API refuses', async () => {
    const { call, asked, sent, time } = world({ tokens: two, api: () => ({ status: 401 }) })
    const upload = () => call(clientCredentials(), { method: 'POST' }, unknownLength('{}'))
    for (let n = 0; n < 6; n++) await upload()
    expect([asked.length, sent.length]).toEqual([2, 6])
    time.nowMs += 30_000
    await upload()
    await upload()
    expect(asked).toHaveLength(3)
  })

  test('is not dropped where another one has taken its place meanwhile', async () => {
    const { api, revoke } = revokedAfterFirst()
    const late = Promise.withResolvers<void>()
    const { call, asked, time } = world({
      tokens: [...two, json({ ...usual, access_token: 'token-3' })],
      api: async (request) => {
        if (request.body === 'late') await late.promise
        return api(request)
      },
    })
    await call(clientCredentials())
    revoke('token-1')
    const slow = call(clientCredentials(), { method: 'POST' }, unknownLength('late'))
    await call(clientCredentials())
    expect(asked).toHaveLength(2)
    time.nowMs += 30_000
    late.resolve()
    expect(await slow).toMatchObject({ status: 401 })
    await call(clientCredentials())
    expect(asked).toHaveLength(2)
    // Nor did it use up the renewal of the one that took its place.
    revoke('token-2')
    expect(await call(clientCredentials())).toMatchObject({ status: 200 })
    expect(asked).toHaveLength(3)
  })
})
