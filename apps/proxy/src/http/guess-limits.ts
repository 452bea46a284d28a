/**
 * A caller that makes an API repeat its credential may be guessing at it: each find of the response scan counts, and
 * after three the caller waits (spec/04, "Guessing"). This slows guessing and does not end it. Counted by each process.
 */
import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ProblemError, type Session } from '@sluice/connector-schema'
import type { Call, Clock, CompiledConnector, Logger, SecretFindings } from '@sluice/pipeline'
import { LRUCache } from 'lru-cache'
import type { AuditTrail } from '../ports/audit-trail.ts'
import { addressBlock } from './client-address.ts'
import type { Caller } from './session.ts'

export interface GuessLimits extends SecretFindings {
  /** @throws ProblemError `RATE_LIMITED`, with `Retry-After` */
  check(incoming: IncomingMessage, caller: Caller, connector: CompiledConnector): void
}

export interface GuessLimitsOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  readonly audit: AuditTrail
}

const mostFinds = 3
const withinMs = 10 * 60_000
const waitMs = 60 * 60_000
/** Of one tenant; the least recently seen go first. */
const maxCallers = 10_000

/** One caller of one connector. */
interface Guesses {
  readonly foundAtMs: readonly number[]
  readonly waitsUntilMs: number
}

/** Creates the counters of a process. */
export function createGuessLimits({ clock, logger, audit }: GuessLimitsOptions): GuessLimits {
  const tenants = new Map<string, LRUCache<string, Guesses>>()
  const counted = new WeakSet<Call>()

  function recordsOf(tenantId: string): LRUCache<string, Guesses> {
    const known = tenants.get(tenantId)
    if (known !== undefined) return known
    const records = new LRUCache<string, Guesses>({ max: maxCallers, ttl: waitMs })
    tenants.set(tenantId, records)
    return records
  }

  function tell({ connector, requestId }: Call, key: string): void {
    const { tenantId: tenant, permalink } = connector
    const caller_hash = hash('sha256', `${tenant} ${key}`, 'hex').slice(0, 16)
    const entry = { tenant, connector: permalink, request_id: requestId, caller_hash }
    logger.warn(entry, 'a caller made an API repeat its credential three times; it waits for an hour')
    audit.record({ event: 'secret_guessing', ...entry })
  }

  return {
    check(incoming, { session, tenant }, { permalink }) {
      const records = tenants.get(tenant.id)
      if (records === undefined) return
      const address = session.user === undefined ? addressBlock(incoming) : undefined
      const leftMs = (records.get(keyOf(permalink, session, address))?.waitsUntilMs ?? 0) - clock.now()
      // guard: guessing-waits
      if (leftMs > 0) throw mustWait(leftMs)
    },
    found(call) {
      // A response may hold it in many places.
      // guard: counted-once
      if (counted.has(call)) return
      counted.add(call)
      const records = recordsOf(call.connector.tenantId)
      const key = keyOf(call.connector.permalink, call.session, call.address)
      const nowMs = clock.now()
      const before = records.get(key)
      if (before !== undefined && before.waitsUntilMs > nowMs) return
      const foundAtMs = [...(before?.foundAtMs ?? []).filter((atMs) => atMs > nowMs - withinMs), nowMs]
      const isTooOften = foundAtMs.length >= mostFinds
      records.set(key, {
        foundAtMs: isTooOften ? [] : foundAtMs,
        waitsUntilMs: isTooOften ? nowMs + waitMs : 0,
      })
      if (isTooOften) tell(call, key)
    },
  }
}

/** Issuer and subject; without a session the address. */
function keyOf(permalink: string, { issuer, user }: Session, address: string | undefined): string {
  return JSON.stringify(user === undefined ? [permalink, address] : [permalink, issuer, user.id])
}

function mustWait(leftMs: number): ProblemError {
  const detail =
    'Responses to this caller held the credential of the connector three times in ten minutes: it may call again in an hour'
  const headers = { 'retry-after': String(Math.ceil(leftMs / 1000)) }
  return new ProblemError('RATE_LIMITED', { detail, headers })
}
