import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@sluice/connector-schema'
import type { CompiledConnector } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { compiled } from '../testing/test-proxy.ts'
import { createRateLimits, type RateLimits } from './rate-limit.ts'
import type { Caller } from './session.ts'

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
  const limits = createRateLimits()
  const callers = [
    caller('acme', '1'),
    caller('acme', '2'),
    caller('other', '1'),
    caller('acme', '1', 'idp2'),
  ]
  for (const who of callers) expect(await isCounted(limits, who, connector('user'))).toBe(true)
  for (const who of callers) expect(await isCounted(limits, who, connector('user'))).toBe(false)
})

test.each(['tenant', 'connector'] as const)('the scope "%s" counts all users together', async (scope) => {
  const limits = createRateLimits()
  expect(await isCounted(limits, caller('acme', '1'), connector(scope))).toBe(true)
  expect(await isCounted(limits, caller('acme', '2'), connector(scope))).toBe(false)
  expect(await isCounted(limits, caller('other', '1'), connector(scope))).toBe(true)
})

test('connectors are counted apart', async () => {
  const limits = createRateLimits()
  expect(await isCounted(limits, caller('acme', '1'), connector('user', 'one'))).toBe(true)
  expect(await isCounted(limits, caller('acme', '1'), connector('user', 'two'))).toBe(true)
})

test('callers without a user are counted by their address', async () => {
  const limits = createRateLimits()
  const anonymous = caller('acme')
  await limits.count(from('192.0.2.1'), anonymous, connector('user'))
  await limits.count(from('192.0.2.2'), anonymous, connector('user'))
  await expect(limits.count(from('192.0.2.1'), anonymous, connector('user'))).rejects.toThrow(/calls in 60 s/)
})

test('a connector without a limit is not counted and says nothing', async () => {
  expect(await createRateLimits().count(from('192.0.2.1'), caller('acme'), compiled({}))).toBeUndefined()
})

test('a new revision with the same limit gives nobody a fresh window', async () => {
  const limits = createRateLimits()
  const who = caller('acme', '1')
  await limits.count(from('192.0.2.1'), who, connector('user'))
  const revised = compiled({
    permalink: 'it',
    description: 'new',
    rate_limit: { requests: 1, per_seconds: 60, scope: 'user' },
  })
  await expect(limits.count(from('192.0.2.1'), who, revised)).rejects.toThrow()
})
