import type { IncomingMessage } from 'node:http'
import type { Session } from '@sluice/connector-schema'
import type { Call } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { compiled } from '../testing/test-proxy.ts'
import { createGuessLimits } from './guess-limits.ts'
import type { Caller } from './session.ts'

const minute = 60_000

function setUp() {
  let nowMs = 1_000_000_000
  const warned: unknown[] = []
  const audited: unknown[] = []
  const logger = { info: () => {}, error: () => {}, warn: (fields: unknown) => void warned.push(fields) }
  const limits = createGuessLimits({
    clock: { now: () => nowMs },
    logger,
    audit: { record: (entry) => void audited.push(entry) },
  })
  const connectors = { one: compiled({ permalink: 'one' }), two: compiled({ permalink: 'two' }) }
  const sessionOf = (sub: string | undefined, issuer = 'idp'): Session =>
    sub === undefined
      ? { tenant_id: 'acme' }
      : { tenant_id: 'acme', issuer, user: { id: sub, roles: [], profile_fields: {} } }
  const call = (session: Session, permalink: 'one' | 'two', address?: string): Call => ({
    requestId: 'r-1',
    connector: connectors[permalink],
    session,
    address,
    query: [],
    headers: [],
    pathParams: [],
    payload: null,
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
    ending: new AbortController(),
  })
  return {
    warned,
    audited,
    call,
    limits,
    sessionOf,
    passes: (ms: number) => {
      nowMs += ms
    },
    find: (session: Session, permalink: 'one' | 'two', address?: string) =>
      limits.found(call(session, permalink, address)),
    isRefused(session: Session, permalink: 'one' | 'two', remoteAddress = '192.0.2.1') {
      const incoming = { socket: { remoteAddress } } as IncomingMessage
      const caller: Caller = {
        credentials: { by: 'nobody' },
        session,
        tenant: { id: 'acme', origins: new Set(), cookieSessions: false, hosts: [] },
      }
      try {
        limits.check(incoming, caller, connectors[permalink])
        return undefined
      } catch (error) {
        return error
      }
    },
  }
}

test('three finds in ten minutes refuse further calls for an hour: of that caller, that issuer, that connector', () => {
  const { find, isRefused, sessionOf, passes } = setUp()
  const ada = sessionOf('ada')
  find(ada, 'one')
  find(ada, 'one')
  expect(isRefused(ada, 'one')).toBeUndefined()
  find(ada, 'one')
  expect(isRefused(ada, 'one')).toMatchObject({ code: 'RATE_LIMITED', headers: { 'retry-after': '3600' } })
  expect(isRefused(ada, 'two')).toBeUndefined()
  expect(isRefused(sessionOf('bob'), 'one')).toBeUndefined()
  expect(isRefused(sessionOf('ada', 'another'), 'one')).toBeUndefined()
  passes(59 * minute)
  expect(isRefused(ada, 'one')).toMatchObject({ headers: { 'retry-after': '60' } })
  passes(minute)
  expect(isRefused(ada, 'one')).toBeUndefined()
})

test('finds further apart do not add up, and a call counts once however much it held', () => {
  const { call, limits, find, isRefused, sessionOf, passes } = setUp()
  const ada = sessionOf('ada')
  for (let turn = 0; turn < 10; turn++) {
    find(ada, 'one')
    passes(5 * minute + 1)
  }
  expect(isRefused(ada, 'one')).toBeUndefined()
  const one = call(sessionOf('bob'), 'one')
  for (let turn = 0; turn < 10; turn++) limits.found(one)
  expect(isRefused(sessionOf('bob'), 'one')).toBeUndefined()
})

test('without a session an address counts, of IPv6 the /64', () => {
  const { find, isRefused, sessionOf } = setUp()
  const someone = sessionOf(undefined)
  for (let turn = 0; turn < 3; turn++) find(someone, 'one', '2001:db8:1:2::/64')
  expect(isRefused(someone, 'one', '2001:db8:1:2::9')).toMatchObject({ code: 'RATE_LIMITED' })
  expect(isRefused(someone, 'one', '2001:db8:1:3::9')).toBeUndefined()
  expect(isRefused(someone, 'one', '192.0.2.1')).toBeUndefined()
})

test('one warning and one audit entry an hour, which name neither the caller nor a value', () => {
  const { find, sessionOf, audited, warned, passes } = setUp()
  for (let turn = 0; turn < 9; turn++) find(sessionOf('ada@example.com'), 'one')
  expect(audited).toHaveLength(1)
  expect(warned).toHaveLength(1)
  expect(audited[0]).toMatchObject({ event: 'secret_guessing', tenant: 'acme', connector: 'one' })
  expect(JSON.stringify([audited, warned])).not.toContain('ada')
  passes(61 * minute)
  for (let turn = 0; turn < 3; turn++) find(sessionOf('ada@example.com'), 'one')
  expect(audited).toHaveLength(2)
})

test('callers who are forgotten are those seen least recently, so that memory is bounded', () => {
  const { find, isRefused, sessionOf } = setUp()
  for (let turn = 0; turn < 3; turn++) find(sessionOf('ada'), 'one')
  for (let other = 0; other < 9_999; other++) find(sessionOf(`u${other}`), 'one')
  expect(isRefused(sessionOf('ada'), 'one')).toMatchObject({ code: 'RATE_LIMITED' })
  for (let other = 0; other < 10_000; other++) find(sessionOf(`v${other}`), 'one')
  expect(isRefused(sessionOf('ada'), 'one')).toBeUndefined()
})
