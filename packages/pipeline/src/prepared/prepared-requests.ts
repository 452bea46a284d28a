/**
 * Prepared requests. Up to the cache a call without a payload is a function of its connector, its session, what it
 * overrides, and the variables and secrets that are read: an equal call gets the same, and pays for none of it.
 *
 * They hold rendered credentials. So they live for a minute at most, those of a tenant are forgotten as soon as one of
 * its secrets changes, and none is kept that was prepared with a secret that has changed meanwhile. A caller without a
 * session has no second call that could be told to be equal: its requests are not kept.
 */
import { hasPayload, type Session } from '@sluice/connector-schema'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import { createTenantMemory } from '../memory/tenant-memory.ts'
import type { SecretReader, VariableReader } from '../ports/ports.ts'
import type { Call, Placed, Read } from '../steps/exchange.ts'

/** Plans of one process. */
export interface Plans {
  /** The plan of an equal call, for this one; nothing where a variable or a secret is another than it was. */
  recall(call: Call, readers: Readers): Placed | undefined
  /** Keeps the plan of a call for equal ones, unless what it read is no longer what it was. */
  remember(placed: Placed, readers: Readers): void
  /** Forgets everything of a tenant: one of its secrets has changed. */
  forget(tenantId: string): void
}

interface Readers {
  readonly secrets: SecretReader
  readonly variables: VariableReader
}

/** All but what belongs to one call: its ending, its conditions, its id. */
type Plan = Omit<Placed, 'call'>

const maxPlans = 10_000
const maxBytes = 64 * 1024 * 1024
/** Rendered credentials stay in memory no longer (spec/04). */
const lifetimeMs = 60_000
/** Characters. Longer overrides are seldom repeated, and would fill the memory. */
const maxOverrides = 1024

/** What a plan weighs besides its texts: objects and bookkeeping. */
const planOverheadBytes = 2048

/** Creates the plans of a process. */
export function createPlans(ttlMs = lifetimeMs): Plans {
  const plans = createTenantMemory<Plan>({ maxEntries: maxPlans, maxBytes, bytesOf, ttlMs })
  // Compared as objects: another revision of a connector, and a session verified anew, are others.
  const connectors = createNumbers<CompiledConnector>()
  const sessions = createNumbers<Session>()

  function keyOf(call: Call): string | undefined {
    const { connector, session } = call
    if (session.user === undefined || call.payload !== null) return undefined
    if (hasPayload(connector.definition.method) || connector.dependencies.time) return undefined
    const overrides = overridesOf(call)
    if (overrides.length > maxOverrides) return undefined
    return `${connectors.of(connector)} ${sessions.of(session)} ${overrides}`
  }

  return {
    recall(call, readers) {
      const key = keyOf(call)
      const plan = key === undefined ? undefined : plans.get(call.connector.tenantId, key)
      if (plan === undefined || !plan.reads.every((read) => isAsItWas(read, call, readers))) return undefined
      return { ...plan, call }
    },
    remember({ call, ...plan }, readers) {
      const key = keyOf(call)
      if (key === undefined || !plan.reads.every((read) => isAsItWas(read, call, readers))) return
      plans.set({ tenantId: call.connector.tenantId, key }, plan)
    },
    forget: (tenantId) => plans.forget(tenantId),
  }
}

function bytesOf({ url, headers }: Plan, key: string): number {
  let characters = key.length + url.real.length + url.masked.length
  for (const { value } of headers) characters += value.real.length
  return planOverheadBytes + characters
}

function overridesOf({ query, headers, pathParams }: Call): string {
  if (query.length === 0 && headers.length === 0 && pathParams.length === 0) return ''
  return JSON.stringify([query, headers, pathParams])
}

/** The object and not its version: the hosts that a secret may go to belong to it as well. */
function isAsItWas({ kind, name, stored }: Read, { connector }: Call, readers: Readers): boolean {
  const reader = kind === 'secret' ? readers.secrets : readers.variables
  return reader.read(connector.tenantId, name) === stored
}

/** A number for each object, for as long as there is the object. */
function createNumbers<Item extends WeakKey>(): { of(item: Item): number } {
  const numbers = new WeakMap<Item, number>()
  let last = 0
  return {
    of(item) {
      const known = numbers.get(item)
      if (known !== undefined) return known
      last += 1
      numbers.set(item, last)
      return last
    },
  }
}
