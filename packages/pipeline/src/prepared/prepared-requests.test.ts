import type { Session } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import type { Ports } from '../ports/context.ts'
import type { StoredSecret, StoredVariable } from '../ports/ports.ts'
import { runExchange } from '../run.ts'
import { Secret } from '../secrecy/secret.ts'
import type { Call } from '../steps/exchange.ts'
import { ada, callOf, connector, payloadOf, plainPorts, textOf } from '../testing/plain-ports.ts'
import { createPlans } from './prepared-requests.ts'

const secret = (value: string, allowedHosts = ['api.example.com']): StoredSecret => ({
  secret: new Secret(value),
  version: '1',
  allowedHosts,
  places: ['authentication', 'header'],
})

/** Stores that give the same objects until somebody replaces them, as a process's own do. */
function setting() {
  const stored = {
    secret: secret('first') as StoredSecret | undefined,
    variable: { value: 'eu', version: '1' } as StoredVariable | undefined,
  }
  const { ports, seen, time } = plainPorts(({ headers }) => ({
    body: JSON.stringify(Object.fromEntries(headers)),
  }))
  const planned: string[] = []
  const own: Ports = {
    ...ports,
    secrets: { read: () => stored.secret },
    variables: { read: () => stored.variable },
    plans: {
      recall(call, readers) {
        const plan = ports.plans.recall(call, readers)
        planned.push(plan === undefined ? 'anew' : 'recalled')
        return plan
      },
      remember: ports.plans.remember,
      forget: ports.plans.forget,
    },
  }
  const run = async (call: Call) => {
    const outcome = await runExchange(call, own)
    if ('problem' in outcome) return outcome.problem.code
    return textOf(outcome.answer.body)
  }
  return { run, stored, planned, seen, time }
}

const definition = {
  url: 'https://api.example.com/{{ pathParams.id }}',
  headers: [
    { key: 'X-Email', value: '{{ user.email }}' },
    { key: 'X-Region', value: "{{ get_variable('region') }}" },
    { key: 'X-Key', value: "{{ get_secret('key') }}" },
    { key: 'X-Open', value: 'default', overridable: true },
  ],
  query_parameters: [{ key: 'q', overridable: true }],
  path_parameters: [{ key: 'id' }],
  cache: { enabled: false },
}
const compiled = connector(definition)
const sent = { pathParams: [['id', '1']] } as const

describe('an equal call is planned once', () => {
  test('and asks for the same', async () => {
    const { run, planned, seen } = setting()
    const answers = [await run(callOf(compiled, sent)), await run(callOf(compiled, sent))]
    expect(planned).toEqual(['anew', 'recalled'])
    expect(answers[1]).toBe(answers[0])
    expect(seen[1]).toEqual(seen[0])
  })

  test('whatever belongs to one call is its own', async () => {
    const { run } = setting()
    await run(callOf(compiled, sent))
    const gone = new AbortController()
    gone.abort(new Error('gone'))
    expect(await run(callOf(compiled, { ...sent, ending: gone }))).not.toContain('x-email')
  })
})

describe('another call is planned anew', () => {
  const other: Session = {
    ...ada,
    user: { id: '8', email: 'bob@example.com', roles: ['staff'], profile_fields: {} },
  }
  test.each<[string, Partial<Call>]>([
    ['another session', { session: other }],
    ['the same user, verified anew', { session: { ...ada } }],
    ['another path parameter', { pathParams: [['id', '2']] }],
    ['a query override', { query: [['q', '1']] }],
    ['a header override', { headers: [['X-Open', '1']] }],
  ])('%s', async (_, change) => {
    const { run, planned } = setting()
    await run(callOf(compiled, sent))
    await run(callOf(compiled, { ...sent, ...change }))
    expect(planned).toEqual(['anew', 'anew'])
  })

  test('pairs are told apart wherever they stand', async () => {
    const { run, planned } = setting()
    await run(
      callOf(compiled, {
        ...sent,
        query: [
          ['q', '1'],
          ['q', '2'],
        ],
      }),
    )
    await run(callOf(compiled, { ...sent, query: [['q', '1,q,2']] }))
    expect(planned).toEqual(['anew', 'anew'])
  })

  test('another revision of the connector', async () => {
    const { run, planned } = setting()
    await run(callOf(compiled, sent))
    await run(callOf(connector(definition), sent))
    expect(planned).toEqual(['anew', 'anew'])
  })
})

describe('what is read is read for every call', () => {
  test('a secret with another value', async () => {
    const { run, stored } = setting()
    await run(callOf(compiled, sent))
    stored.secret = secret('second')
    expect(await run(callOf(compiled, sent))).toContain('second')
  })

  test('a secret that may no longer go there is refused', async () => {
    const { run, stored } = setting()
    await run(callOf(compiled, sent))
    stored.secret = secret('first', ['other.example.com'])
    expect(await run(callOf(compiled, sent))).toBe('SECRET_NOT_ALLOWED_FOR_HOST')
  })

  test('a secret and a variable that are gone', async () => {
    const { run, stored } = setting()
    await run(callOf(compiled, sent))
    stored.secret = undefined
    expect(await run(callOf(compiled, sent))).toBe('SECRET_NOT_FOUND')
    stored.secret = secret('first')
    stored.variable = undefined
    expect(await run(callOf(compiled, sent))).toBe('VARIABLE_NOT_FOUND')
  })

  test('a variable with another value', async () => {
    const { run, stored } = setting()
    await run(callOf(compiled, sent))
    stored.variable = { value: 'us', version: '2' }
    expect(await run(callOf(compiled, sent))).toContain('us')
  })
})

describe('rendered credentials do not stay', () => {
  const at = (call: Call, ports: Ports) => ports.plans.recall(call, ports)

  async function prepared(ttlMs?: number) {
    const values = { secrets: { key: 'first' }, variables: { region: 'eu' } }
    const { ports } = plainPorts(() => ({}), values)
    const stored = secret('first')
    const region = { value: 'eu', version: '1' }
    const own: Ports = {
      ...ports,
      plans: createPlans(ttlMs),
      secrets: { read: () => stored },
      variables: { read: () => region },
    }
    const call = callOf(compiled, sent)
    await runExchange(call, own)
    expect(at(call, own)).toBeDefined()
    return { call, own }
  }

  test('longer than their lifetime', async () => {
    const { call, own } = await prepared(50)
    await expect.poll(() => at(call, own), { timeout: 10_000 }).toBeUndefined()
  })

  test('when a secret of the tenant changes; those of another tenant do', async () => {
    const { call, own } = await prepared()
    own.plans.forget('other')
    expect(at(call, own)).toBeDefined()
    own.plans.forget('acme')
    expect(at(call, own)).toBeUndefined()
  })

  test('where the secret changed while the request was prepared', async () => {
    const plans = createPlans()
    const kept: unknown[] = []
    const { ports } = plainPorts(() => ({}), { variables: { region: 'eu' } })
    const region = { value: 'eu', version: '1' }
    const first = secret('first')
    let current = first
    const own: Ports = {
      ...ports,
      plans: {
        ...plans,
        remember(placed, readers) {
          current = secret('second')
          plans.remember(placed, readers)
          current = first
          kept.push(plans.recall(placed.call, readers))
        },
      },
      secrets: { read: () => current },
      variables: { read: () => region },
    }
    await runExchange(callOf(compiled, sent), own)
    expect(kept).toEqual([undefined])
  })
})

describe('is not remembered', () => {
  test('what a caller without a session calls', async () => {
    const { run, planned } = setting()
    const open = connector({ access: 'anonymous', cache: { enabled: false } })
    const anonymous: Session = { tenant_id: 'acme' }
    await run(callOf(open, { session: anonymous }))
    await run(callOf(open, { session: anonymous }))
    expect(planned).toEqual(['anew', 'anew'])
  })

  test('what depends on the time', async () => {
    const { run, planned, seen, time } = setting()
    const timed = connector({ headers: [{ key: 'X-Time', value: '{{ now() }}' }], cache: { enabled: false } })
    await run(callOf(timed))
    time.nowMs += 5000
    await run(callOf(timed))
    expect(planned).toEqual(['anew', 'anew'])
    expect(seen[1]?.headers['x-time']).not.toBe(seen[0]?.headers['x-time'])
  })

  test('what may bear a payload, nor overrides of great length', async () => {
    const { run, planned } = setting()
    const post = connector({ method: 'POST' })
    await run(callOf(post))
    await run(callOf(post, { payload: payloadOf('{}') }))
    const long = { ...sent, query: [['q', 'x'.repeat(2000)]] } as const
    await run(callOf(compiled, long))
    await run(callOf(compiled, long))
    expect(planned).toEqual(['anew', 'anew', 'anew', 'anew'])
  })

  test('what was refused', async () => {
    const { run, planned } = setting()
    const refused = { ...sent, query: [['locked', '1']] } as const
    expect(await run(callOf(compiled, refused))).toBe('OVERRIDE_NOT_PERMITTED')
    expect(await run(callOf(compiled, refused))).toBe('OVERRIDE_NOT_PERMITTED')
    expect(planned).toEqual(['anew', 'anew'])
  })
})
