/**
 * G5 as a property. The API answers with a digest of whatever it was sent, so an answer tells whom it was for. Whatever
 * the connector, the users and the calls: an exchange with a cache answers exactly as one without.
 */
import { createHmac, hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Session } from '@sluice/connector-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { HeaderList } from '../messages/header-list.ts'
import type { Ports } from '../ports/context.ts'
import type { StoredSecret, StoredVariable, UpstreamRequest } from '../ports/ports.ts'
import { runExchange } from '../run.ts'
import { Secret } from '../secrecy/secret.ts'
import { callOf, connector, payloadOf, plainPorts, textOf } from '../testing/plain-ports.ts'

/** What a template may be made of; every one renders to plain letters. */
const ofTheUser = [
  '{{ user.id }}',
  '{{ user.email }}',
  '{{ user.username }}',
  "{{ user.roles | join: '-' }}",
  "{% if user.roles contains 'admin' %}a{% else %}b{% endif %}",
  '{{ user.profile_fields.by_id(123) }}',
  '{% assign x = user.first_name %}{{ x }}',
  '{% if false %}{{ user.last_name }}{% endif %}',
]
const ofNobody = ['x', '{{ tenant_id }}', '{{ now() }}', "{{ get_variable('v') }}", '{{ pathParams.id }}']
/** A caller may not choose who is asking. */
const isIdentity = (template: string) => !template.includes('pathParams')

/**
 * Of which what is rendered, and its masked twin, shows neither the value nor the secret: signatures and digests. A
 * response template can name no secret, so it signs with a text.
 */
const hidden = (values: readonly string[], key: string) =>
  values.flatMap((value) => [
    `{{ ${value} | hmac_sha256: ${key} }}`,
    `{{ 'signed' | append: ${value} | hmac_sha256: ${key}, 'base64' }}`,
    `{% capture c %}{"sub":{{ ${value} | json }}}{% endcapture %}{{ c | from_json | jwt_encode: ${key}, 'HS256' }}`,
    `{{ ${value} | sha256 }}`,
  ])
const userValues = ['user.id', 'user.email', 'user.username', 'user.last_name']
const pathValues = ['pathParams.id']
const secretKey = "get_secret('k')"

const tokenUrl = 'https://id.example.com/token'

const text = (pieces: readonly string[]) =>
  fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('-'))

function definition(pieces: readonly string[], inAnswer = pieces, signedValues = pathValues) {
  const own = text(pieces)
  const signed = fc.constantFrom(...hidden(signedValues, secretKey))
  const optional = fc.option(signed, { freq: 3 })
  const secret = fc.constant("{{ get_secret('k') }}")
  const username = pieces.filter((piece) => !piece.startsWith('{%'))
  return fc.record({
    url: fc
      .tuple(own, fc.constantFrom('', '{{ pathParams.id }}/'))
      .map(([path, id]) => `https://api.example.com/${id}${path}`),
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST'),
    path_parameters: fc.constant([{ key: 'id' }]),
    headers: fc
      .tuple(own, fc.option(fc.tuple(own, secret).map((parts) => parts.join(''))), optional)
      .map(([value, secretly, signature]) => [
        { key: 'X-Own', value },
        // A path parameter has to be used; here nothing that is rendered shows it.
        { key: 'X-Id', value: `{{ pathParams.id | hmac_sha256: ${secretKey} }}` },
        { key: 'X-Free', value: 'default', overridable: true },
        ...(secretly === null ? [] : [{ key: 'X-Secret', value: secretly }]),
        ...(signature === null ? [] : [{ key: 'X-Signed', value: signature }]),
      ]),
    query_parameters: fc
      .tuple(own, optional)
      .map(([value, signature]) => [
        { key: 'own', value },
        ...(signature === null ? [] : [{ key: 'signed', value: signature }]),
        { key: 'free', value: '', overridable: true },
      ]),
    authentication: fc.oneof(
      fc.constant({ type: 'none' }),
      fc.constantFrom('header', 'query').map((place) => ({
        type: 'api_key',
        config: { key: 'X-Key', value: "{{ get_secret('k') }}", in: place },
      })),
      text(username.filter(isIdentity)).map((name) => ({
        type: 'basic',
        config: { username: name, password: "{{ get_secret('k') }}" },
      })),
      own.map((who) => ({
        type: 'jwt',
        config: { algorithm: 'HS256', private_key: "{{ get_secret('k') }}", claims: { who } },
      })),
      fc.tuple(text(username.filter(isIdentity)), own.filter(isIdentity)).map(([client, scope]) => ({
        type: 'oauth_client_credentials',
        config: {
          client_id: `client-${client}`,
          client_secret: "{{ get_secret('k') }}",
          token_url: tokenUrl,
          scope,
        },
      })),
      fc.tuple(own.filter(isIdentity), own).map(([subject, who]) => ({
        type: 'oauth_jwt_bearer',
        config: {
          algorithm: 'HS256',
          private_key: "{{ get_secret('k') }}",
          client_id: 'client',
          audience: 'https://id.example.com',
          token_url: tokenUrl,
          subject,
          additional_claims: { who },
        },
      })),
    ),
    response_body: fc.constantFrom(
      '',
      '',
      '{"a": {{ response.body | json }}}',
      ...inAnswer
        .filter((piece) => !piece.includes('%'))
        .map((piece) => `{"o": "${piece}", "a": {{ response.body | json }}}`),
      ...hidden(signedValues, "'a key'")
        .filter((piece) => !piece.includes('%'))
        .map((piece) => `{"s": "${piece}", "a": {{ response.body | json }}}`),
    ),
  })
}

const user = fc.record({
  id: fc.constantFrom('7', '8'),
  email: fc.constantFrom('a@example.com', 'b@example.com'),
  first_name: fc.constantFrom('Ada', 'Bob'),
  last_name: fc.constantFrom('L', 'M'),
  username: fc.constantFrom('ada', 'bob'),
  roles: fc.subarray(['admin', 'staff']),
  profile_fields: fc.constantFrom({}, { 123: 'gold' }, { 123: 'silver' }),
})

const session = (tenant: string): fc.Arbitrary<Session> =>
  fc.record({ issuer: fc.constantFrom('one', 'two'), tenant_id: fc.constant(tenant), user })

const step = fc.record({
  tenant: fc.constantFrom('acme', 'umbrella'),
  acme: session('acme'),
  umbrella: session('umbrella'),
  id: fc.constantFrom('1', '2'),
  free: fc.constantFrom(undefined, 'a', 'b'),
  header: fc.constantFrom(undefined, 'a', 'b'),
  /** How many of the same at once, with another user's in between. */
  together: fc.constantFrom(1, 1, 3),
})

/** What the world does meanwhile: time passes, a secret or a variable gets another value, users lose what they had. */
const change = fc.constantFrom(undefined, 'time', 'long time', 'secret', 'variable', 'role')

/** Few different calls, often repeated: otherwise there is nothing to mix up. */
const story = fc
  .array(step, { minLength: 1, maxLength: 3 })
  .chain((calls) =>
    fc.array(fc.record({ call: fc.constantFrom(...calls), before: change }), { minLength: 2, maxLength: 12 }),
  )

type World = { secret: string; variable: string; demoted: boolean }

/** Whom a JWT names, and under which key: all of it but the times. Any other text stands for itself. */
function identity(text: string, secret: string): string {
  const [head = '', claims = '', signature] = text.replace(/^Bearer /, '').split('.')
  if (signature === undefined) return text
  const expected = createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url')
  const {
    exp: _exp,
    iat: _iat,
    nbf: _nbf,
    jti: _jti,
    ...who
  } = JSON.parse(String(Buffer.from(claims, 'base64url')))
  return JSON.stringify([who, signature === expected ? secret : 'another key'])
}

/** The token endpoint: a token is a digest of whom it was asked for, and by whom. */
async function tokenFor({ headers, body }: UpstreamRequest, { secret }: World) {
  const asked = [...new URLSearchParams(await textOf(body))].map(([key, value]) => [
    key,
    key === 'assertion' ? identity(value, secret) : value,
  ])
  const token = hash('sha256', JSON.stringify([headers, asked]), 'hex')
  const type = [['content-type', 'application/json']] as const
  return {
    headers: type,
    body: JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 }),
  }
}

/** The API: a digest of the request without its conditions, which it also honours. */
function answering(cacheControl: string, world: World) {
  return async ({ method, url, headers, body }: UpstreamRequest) => {
    const conditional = new Set(['if-none-match', 'if-modified-since'])
    const sent = headers
      .filter(([name]) => !conditional.has(name.toLowerCase()))
      .map(([name, value]) => [name, name === 'Authorization' ? identity(value, world.secret) : value])
    const payload = await textOf(body)
    const digest = hash('sha256', JSON.stringify([method, url.href, sent, payload]), 'hex')
    const etag = `"${digest.slice(0, 20)}"`
    const known = headers.some(([name, value]) => name === 'If-None-Match' && value === etag)
    const answered: HeaderList = [
      ['cache-control', cacheControl],
      ['etag', etag],
      ['x-seen', digest],
    ]
    await new Promise(setImmediate)
    return known
      ? { status: 304, headers: answered, body: Readable.from([]) }
      : {
          status: 200,
          headers: answered,
          body: Readable.from(method === 'HEAD' ? [] : [Buffer.from(digest)]),
        }
  }
}

function portsOf(
  world: World,
  cacheControl: string,
): { cached: Ports; plain: Ports; time: { nowMs: number } } {
  const { ports, time } = plainPorts((request) => tokenFor(request, world))
  const versioned = (value: string) => hash('sha256', value, 'hex')
  // The same object for the same value, as stores have it: plans are then remembered.
  const secrets = new Map<string, StoredSecret>()
  const variables = new Map<string, StoredVariable>()
  const base: Ports = {
    ...ports,
    secrets: {
      read: () =>
        remembered(secrets, world.secret, (value) => ({
          secret: new Secret(value),
          version: versioned(value),
          allowedHosts: ['api.example.com', 'id.example.com'],
          places: ['authentication', 'header', 'query', 'body'],
        })),
    },
    variables: {
      read: () => remembered(variables, world.variable, (value) => ({ value, version: versioned(value) })),
    },
    upstream: { send: answering(cacheControl, world) },
    // Nobody's patience ends.
    clock: {
      ...ports.clock,
      sleep: (_ms, signal) => new Promise((_, end) => signal.addEventListener('abort', end)),
    },
  }
  const plans: Ports['plans'] = { ...ports.plans, recall: () => undefined, remember: () => undefined }
  const nothing: Ports['cache'] = {
    ...ports.cache,
    find: () => ({ stored: undefined, ticket: {} }),
    keep: () => undefined,
  }
  const alone: Ports['flights'] = { ...ports.flights, under: () => undefined }
  return { cached: base, plain: { ...base, cache: nothing, flights: alone, plans }, time }
}

function remembered<Stored>(
  known: Map<string, Stored>,
  value: string,
  make: (value: string) => Stored,
): Stored {
  const stored = known.get(value) ?? make(value)
  known.set(value, stored)
  return stored
}

async function answerOf(outcome: ReturnType<typeof runExchange>) {
  const ended = await outcome
  if ('problem' in ended) return { problem: ended.problem.code, isHit: false }
  const { status, headers, body, cacheStatus } = ended.answer
  const seen = headers.find(([name]) => name === 'x-seen')?.[1]
  return { status, seen, body: await textOf(body), isHit: /hit|collapsed/.test(cacheStatus) }
}

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function callFor(compiled: CompiledConnector, { id, free, header }: Step, caller: Session) {
  return callOf(compiled, {
    session: caller,
    pathParams: [['id', id]],
    query: free === undefined ? [] : [['free', free]],
    headers: header === undefined ? [] : [['X-Free', header]],
    payload: compiled.definition.method === 'POST' ? payloadOf('{"n":1}') : null,
  })
}

function demoted({ user: before, ...rest }: Session): Session {
  return { ...rest, ...(before && { user: { ...before, roles: [], profile_fields: {} } }) }
}

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

function apply(before: Change, world: World, time: { nowMs: number }): void {
  if (before === 'time') time.nowMs += 1000
  if (before === 'long time') time.nowMs += 120_000
  if (before === 'secret') world.secret = `${world.secret}x`
  if (before === 'role') world.demoted = !world.demoted
  if (before === 'variable') world.variable = `${world.variable}x`
}

test('whatever the connector, the users and the calls, a cache changes no answer', {
  timeout: 120_000,
}, async () => {
  const cacheControl = fc.constantFrom('max-age=60', 'no-cache', 'max-age=60, stale-if-error=60', '')
  await fc.assert(
    fc.asyncProperty(
      // Also connectors whose requests are everybody's, and whose answers are not.
      fc.oneof(
        definition([...ofTheUser, ...ofNobody], undefined, [...userValues, ...pathValues]),
        definition(ofNobody, ofTheUser, userValues),
        definition(ofNobody, ofNobody, userValues),
      ),
      cacheControl,
      story,
      async (...[defined, said, events]) => {
        const connectors = { acme: connector(defined, 'acme'), umbrella: connector(defined, 'umbrella') }
        const world: World = {
          secret: 'sk-0123456789abcdef-0123456789abcdef',
          variable: 'eu',
          demoted: false,
        }
        const { cached, plain, time } = portsOf(world, said)
        for (const { call: one, before } of events) {
          apply(before, world, time)
          const tenant = one.tenant === 'acme' ? 'acme' : 'umbrella'
          const own = world.demoted ? demoted(one[tenant]) : one[tenant]
          const callers = [own, { ...own, user: { ...own.user, id: '9' } } as Session]
          const calls = Array.from({ length: one.together }, (_, index) => callers[index % 2] ?? own)
          const run = (ports: Ports) =>
            calls.map((caller) => answerOf(runExchange(callFor(connectors[tenant], one, caller), ports)))
          const given = await Promise.all(run(cached))
          const expected = await Promise.all(run(plain))
          expect(given.map((answer) => ({ ...answer, isHit: false }))).toEqual(expected)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('connectors that cannot depend on the user share their answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      definition(ofNobody).filter(
        ({ method, response_body }) => method !== 'POST' && !response_body.includes('now()'),
      ),
      step,
      session('acme'),
      async (...[defined, one, other]) => {
        const compiled = connector(defined)
        expect(compiled.dependencies.user).toBe(false)
        const { cached } = portsOf(
          { secret: 'sk-0123456789abcdef-0123456789abcdef', variable: 'eu', demoted: false },
          'max-age=60',
        )
        const first = await answerOf(runExchange(callFor(compiled, one, one.acme), cached))
        const second = await answerOf(runExchange(callFor(compiled, one, other), cached))
        expect(second).toEqual({ ...first, isHit: true })
      },
    ),
  )
})

describe('a value that only a signature or a digest holds makes another response', () => {
  const places = {
    header: (value: string) => ({ headers: [{ key: 'X-Signed', value }] }),
    query: (value: string) => ({ query_parameters: [{ key: 'signed', value }] }),
    'api key': (value: string) => ({ authentication: { type: 'api_key', config: { key: 'X-Key', value } } }),
    password: (password: string) => ({
      authentication: { type: 'basic', config: { username: 'u', password } },
    }),
    claim: (who: string) => ({
      authentication: {
        type: 'jwt',
        config: { algorithm: 'HS256', private_key: "{{ get_secret('k') }}", claims: { who } },
      },
    }),
  }
  const user = { id: '7', email: 'a', username: 'a', last_name: 'a', roles: [], profile_fields: {} }
  const caller = (change: object): Session => ({
    tenant_id: 'acme',
    issuer: 'one',
    user: { ...user, ...change },
  })
  const world: World = { secret: 'sk-0123456789abcdef-0123456789abcdef', variable: 'eu', demoted: false }

  async function isShared(
    change: object,
    calls: readonly { readonly session: Session; readonly id: string }[],
  ): Promise<boolean> {
    const compiled = connector({ path_parameters: [{ key: 'id' }], ...change })
    const { cached } = portsOf(world, 'max-age=60')
    const given = []
    for (const { session, id } of calls) {
      given.push(await answerOf(runExchange(callOf(compiled, { session, pathParams: [['id', id]] }), cached)))
    }
    expect(given[0]).toMatchObject({ status: 200, isHit: false })
    return given[1]?.isHit === true
  }

  for (const [place, within] of Object.entries(places)) {
    test.each(hidden(pathValues, secretKey))(`of the path, in a ${place}: %s`, async (piece) => {
      const session = caller({})
      const calls = ['1', '2'].map((id) => ({ session, id }))
      expect(await isShared(within(piece), calls)).toBe(false)
      expect(
        await isShared(
          within(piece),
          [calls[0], calls[0]].flatMap((one) => one ?? []),
        ),
      ).toBe(true)
    })

    test.each(hidden(['user.email'], secretKey))(`of the session, in a ${place}: %s`, async (piece) => {
      // One user, whose token says something else than before.
      const used = `{{ pathParams.id | sha256 }}`
      const change = { url: `https://api.example.com/${used}`, ...within(piece) }
      const [before, after] = ['a', 'b'].map((email) => ({ session: caller({ email }), id: '1' }))
      expect(
        await isShared(
          change,
          [before, after].flatMap((one) => one ?? []),
        ),
      ).toBe(false)
      expect(
        await isShared(
          change,
          [before, before].flatMap((one) => one ?? []),
        ),
      ).toBe(true)
    })
  }

  test.each(hidden(['pathParams.id', 'user.email'], "'a key'").filter((piece) => !piece.includes('%')))(
    'in a response template: %s',
    async (piece) => {
      const change = {
        url: 'https://api.example.com/{{ pathParams.id | slice: 0, 0 }}',
        response_body: `{"s": "${piece}"}`,
      }
      const calls = [
        { session: caller({ email: 'a' }), id: '1' },
        { session: caller({ email: 'b' }), id: '2' },
      ]
      expect(await isShared(change, calls)).toBe(false)
    },
  )
})
