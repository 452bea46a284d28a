import type { IncomingMessage } from 'node:http'
import { ProblemError, type RateLimit } from '@sluice/connector-schema'
import type { CompiledConnector } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { createMemoryCounters } from '../adapters/limits/memory-counters.ts'
import { compiled } from '../testing/test-proxy.ts'
import { createRateLimits, type RateLimits } from './rate-limit.ts'
import type { Caller } from './session.ts'

const rateLimits = () => createRateLimits(createMemoryCounters())

type Scope = 'user' | 'tenant' | 'connector'

function caller(tenantId: string, userId?: string, issuer = 'idp'): Caller {
  const user = userId === undefined ? {} : { issuer, user: { id: userId, roles: [], profile_fields: {} } }
  return {
    credentials: { by: 'nobody' },
    session: { tenant_id: tenantId, ...user },
    tenant: { id: tenantId, origins: new Set(), cookieSessions: false, hosts: [] },
  }
}

const from = (remoteAddress: string) => ({ socket: { remoteAddress } }) as IncomingMessage
const connector = (scope: Scope, permalink = 'it', requests = 1) =>
  compiled({ permalink, rate_limit: { requests, per_seconds: 60, scope } })

async function isCounted(limits: RateLimits, who: Caller, limited: CompiledConnector): Promise<boolean> {
  try {
    await limits.count(from('192.0.2.1'), who, limited)
    return true
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'RATE_LIMITED') return false
    throw error
  }
}

test('the scope "user" counts each user of each issuer and tenant apart', async () => {
  const limits = rateLimits()
  const callers = [
    caller('acme', '1'),
    caller('acme', '2'),
    caller('other', '1'),
    caller('acme', '1', 'idp2'),
  ]
  for (const who of callers) expect(await isCounted(limits, who, connector('user'))).toBe(true)
  for (const who of callers) expect(await isCounted(limits, who, connector('user'))).toBe(false)
})

test('the scope "connector" counts all callers of one connector together', async () => {
  const limits = rateLimits()
  expect(await isCounted(limits, caller('acme', '1'), connector('connector'))).toBe(true)
  expect(await isCounted(limits, caller('acme', '2'), connector('connector'))).toBe(false)
  expect(await isCounted(limits, caller('acme', '2'), connector('connector', 'other'))).toBe(true)
  expect(await isCounted(limits, caller('other', '1'), connector('connector'))).toBe(true)
})

test('the scope "tenant" counts all connectors of the tenant together, each with a limit of its own', async () => {
  const limits = rateLimits()
  expect(await isCounted(limits, caller('acme', '1'), connector('tenant', 'one', 2))).toBe(true)
  expect(await isCounted(limits, caller('acme', '2'), connector('tenant', 'two', 2))).toBe(true)
  expect(await isCounted(limits, caller('acme', '3'), connector('tenant', 'three', 2))).toBe(false)
  expect(await isCounted(limits, caller('acme', '3'), connector('tenant', 'four', 3))).toBe(true)
  expect(await isCounted(limits, caller('other', '1'), connector('tenant', 'one', 2))).toBe(true)
})

test('connectors are counted apart', async () => {
  const limits = rateLimits()
  expect(await isCounted(limits, caller('acme', '1'), connector('user', 'one'))).toBe(true)
  expect(await isCounted(limits, caller('acme', '1'), connector('user', 'two'))).toBe(true)
})

test('callers without a user are counted by their address', async () => {
  const limits = rateLimits()
  const anonymous = caller('acme')
  await limits.count(from('192.0.2.1'), anonymous, connector('user'))
  await limits.count(from('192.0.2.2'), anonymous, connector('user'))
  await expect(limits.count(from('192.0.2.1'), anonymous, connector('user'))).rejects.toThrow(/calls in 60 s/)
})

test('a connector without a limit is not counted and says nothing', async () => {
  expect(await rateLimits().count(from('192.0.2.1'), caller('acme'), compiled({}))).toBeUndefined()
})

test('a new revision with the same limit gives nobody a fresh window', async () => {
  const limits = rateLimits()
  const who = caller('acme', '1')
  await limits.count(from('192.0.2.1'), who, connector('user'))
  const revised = compiled({
    permalink: 'it',
    description: 'new',
    rate_limit: { requests: 1, per_seconds: 60, scope: 'user' },
  })
  await expect(limits.count(from('192.0.2.1'), who, revised)).rejects.toThrow()
})

describe('several limits', () => {
  const limited = (...rate_limit: RateLimit[]) => compiled({ permalink: 'it', rate_limit })
  const perUser = { requests: 1, per_seconds: 60, scope: 'user' } as const
  const inAll = { requests: 2, per_seconds: 3600, scope: 'connector' } as const

  test('hold together, and a call that one refuses counts against none', async () => {
    const limits = rateLimits()
    const both = limited(perUser, inAll)
    expect(await isCounted(limits, caller('acme', '1'), both)).toBe(true)
    for (let n = 0; n < 5; n++) expect(await isCounted(limits, caller('acme', '1'), both)).toBe(false)
    expect(await isCounted(limits, caller('acme', '2'), both)).toBe(true)
    expect(await isCounted(limits, caller('acme', '3'), both)).toBe(false)
  })

  test('are told each by its name, and Retry-After waits for the last that opens', async () => {
    const limits = rateLimits()
    const three = limited(perUser, { ...perUser, per_seconds: 600 }, inAll)
    expect(await limits.count(from('192.0.2.1'), caller('acme', '1'), three)).toEqual({
      'ratelimit-policy': '"user-60";q=1;w=60, "user-600";q=1;w=600, "connector";q=2;w=3600',
      ratelimit: '"user-60";r=0;t=60, "user-600";r=0;t=600, "connector";r=1;t=3600',
    })
    const refusal = await limits.count(from('192.0.2.1'), caller('acme', '1'), three)?.catch((error) => error)
    expect(refusal).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('in 600 s per user'),
    })
    const wait = Number(refusal.headers['retry-after'])
    expect(wait).toBeGreaterThan(60)
    expect(wait).toBeLessThanOrEqual(600)
  })
})

describe('callers without a session', () => {
  const open = compiled({ permalink: 'open', access: 'anonymous' })

  async function callsUntilRefused(address: string, connector: CompiledConnector, who = caller('acme')) {
    const limits = rateLimits()
    for (let calls = 0; calls < 400; calls++) {
      try {
        await limits.count(from(address), who, connector)
      } catch {
        return calls
      }
    }
    return undefined
  }

  test('get 300 calls a minute per address where a connector says nothing; callers with a session have no limit', async () => {
    expect(await callsUntilRefused('192.0.2.1', open)).toBe(300)
    expect(await callsUntilRefused('192.0.2.1', open, caller('acme', '7'))).toBeUndefined()
  })

  test('get what the connector says where it says something', async () => {
    const own = { requests: 3, per_seconds: 60, scope: 'connector' } as const
    expect(await callsUntilRefused('192.0.2.1', compiled({ access: 'anonymous', rate_limit: own }))).toBe(3)
  })

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['192.0.2.1', '::ffff:c000:201', true],
    ['fe80::1%eth0', 'fe80::2%eth1', true],
    ['192.0.2.1', '192.0.2.2', false],
  ])('%s and %s are one address: %s', async (one, other, same) => {
    const limits = rateLimits()
    const limited = compiled({
      access: 'anonymous',
      rate_limit: { requests: 1, per_seconds: 60, scope: 'user' },
    })
    await limits.count(from(one), caller('acme'), limited)
    const second = limits.count(from(other), caller('acme'), limited)
    if (same) await expect(second).rejects.toThrow('per user')
    else await expect(second).resolves.toBeDefined()
  })
})

test('addresses without end make one tenant count less exactly, and nobody else', async () => {
  const limits = createRateLimits(createMemoryCounters(100))
  const limited = connector('user')
  expect(await isCounted(limits, caller('quiet', '1'), limited)).toBe(true)
  for (let n = 0; n < 1000; n++) {
    await limits.count(from(`2001:db8:0:${n.toString(16)}::1`), caller('loud'), limited)
  }
  expect(await isCounted(limits, caller('quiet', '1'), limited)).toBe(false)
})

test('a window ends', async () => {
  const limits = rateLimits()
  const short = compiled({ rate_limit: { requests: 1, per_seconds: 1, scope: 'user' } })
  const who = caller('acme', '1')
  await limits.count(from('192.0.2.1'), who, short)
  await expect.poll(() => isCounted(limits, who, short), { timeout: 10_000, interval: 200 }).toBe(true)
})
