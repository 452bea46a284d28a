import { type SecretPlace, secretPlaces } from '@sluice/connector-schema/configuration'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placesOfSecrets } from '../compile/secret-places.ts'
import { runExchange } from '../run.ts'
import { callOf, connector, plainPorts } from '../testing/plain-ports.ts'

const secrets = { k: 'sk-live-0123456789abcdef', other: 'other-0123456789abcdef' }
const get = "{{ get_secret('k') }}"

/** A part of a definition that uses the secret in one place. */
const users: readonly (readonly [string, SecretPlace, object])[] = [
  ['a header', 'header', { headers: [{ key: 'X-Key', value: get }] }],
  ['a cookie', 'header', { headers: [{ key: 'Cookie', value: `session=${get}` }] }],
  ['a query row', 'query', { query_parameters: [{ key: 'key', value: get }] }],
  [
    'what is made of it in a query row',
    'query',
    { query_parameters: [{ key: 'sign', value: "{{ tenant_id | hmac_sha256: get_secret('k') }}" }] },
  ],
  [
    'a query row, through capture',
    'query',
    { query_parameters: [{ key: 'k', value: `{% capture x %}${get}{% endcapture %}{{ x }}` }] },
  ],
  [
    'an api key in the query',
    'authentication',
    { authentication: { type: 'api_key', config: { key: 'key', in: 'query', value: get } } },
  ],
  [
    'an api key in a header',
    'authentication',
    { authentication: { type: 'api_key', config: { key: 'X-Api-Key', value: get } } },
  ],
  ['a static token', 'authentication', { authentication: { type: 'bearer', config: { token: get } } }],
  [
    'a claim',
    'authentication',
    {
      authentication: {
        type: 'jwt',
        config: { private_key: "{{ get_secret('other') }}", algorithm: 'HS256', claims: { k: [{ k: get }] } },
      },
    },
  ],
]

async function run(change: object, places: readonly SecretPlace[]) {
  const { ports, seen } = plainPorts(undefined, { secrets, places })
  const outcome = await runExchange(callOf(connector(change)), ports)
  return { problem: 'problem' in outcome ? outcome.problem : undefined, sent: seen.length }
}

describe.each(users)('a secret in %s is in the place %s', (_, place, change) => {
  test('where its places name it, the request is sent', async () => {
    // The key that signs is a secret of the same places.
    expect(await run(change, [place, 'authentication'])).toEqual({ problem: undefined, sent: 1 })
  })

  test('where they name every other, it is 422 and nothing is sent', async () => {
    const others = secretPlaces.filter((other) => other !== place)
    const { problem, sent } = await run(change, others)
    expect(problem).toMatchObject({
      code: 'SECRET_NOT_ALLOWED_FOR_PLACE',
      status: 422,
      stage: 'inject-secrets',
      params: expect.arrayContaining(['k']),
    })
    expect(problem?.message).toContain(`k (${place})`)
    expect(problem?.message).not.toContain(secrets.k)
    expect(sent).toBe(0)
  })
})

test('a secret in several places needs all of them', async () => {
  const change = {
    headers: [{ key: 'X-Key', value: get }],
    query_parameters: [{ key: 'key', value: get }],
  }
  expect((await run(change, ['header'])).problem).toMatchObject({ params: ['k'] })
  expect((await run(change, ['query'])).problem).toMatchObject({ params: ['k'] })
  expect((await run(change, ['query', 'header'])).problem).toBeUndefined()
})

test('a host that is not allowed is told before the place', async () => {
  const change = { url: 'https://elsewhere.example.net/', query_parameters: [{ key: 'key', value: get }] }
  expect((await run(change, ['header'])).problem).toMatchObject({ code: 'SECRET_NOT_ALLOWED_FOR_HOST' })
})

test('every place counts what its templates name, and nothing else', () => {
  const none = {
    variables: new Map(),
    session: new Set<string>(),
    pathParams: new Set<string>(),
    needsUser: false,
    body: false,
    response: false,
    time: false,
  }
  const names = fc.array(fc.constantFrom<string[]>('a', 'b', 'c'), { maxLength: 3 })
  const uses = fc.array(
    names.map((some) => ({ ...none, secrets: new Set(some) })),
    { maxLength: 3 },
  )
  const byPlace = fc.record({ authentication: uses, header: uses, query: uses, body: uses })
  fc.assert(
    fc.property(byPlace, (usesByPlace) => {
      const found = placesOfSecrets(usesByPlace)
      for (const name of ['a', 'b', 'c']) {
        const expected = secretPlaces.filter((place) =>
          usesByPlace[place].some((one) => one.secrets.has(name)),
        )
        expect([...(found.get(name) ?? [])].sort()).toEqual([...expected].sort())
      }
    }),
  )
})
