/**
 * What calls were planned as. Up to the cache a call without a payload is a function of its connector, its session, what
 * it overrides, and the variables and secrets that are read: an equal call gets the same plan, and pays for none of it.
 */
import { hasPayload, type Session } from '@sluice/connector-schema'
import { LRUCache } from 'lru-cache'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { SecretReader, VariableReader } from '../ports/ports.ts'
import type { Call, Placed, Read } from '../steps/exchange.ts'

/** Plans of one process. */
export interface Plans {
  /** The plan of an equal call, for this one; nothing where a variable or a secret is another than it was. */
  recall(call: Call, readers: Readers): Placed | undefined
  remember(placed: Placed): void
}

interface Readers {
  readonly secrets: SecretReader
  readonly variables: VariableReader
}

/** All but what belongs to one call: its ending, its conditions, its id. */
type Plan = Omit<Placed, 'call'>

const maxPlans = 10_000
/** Characters. Longer overrides are seldom repeated, and would fill the memory. */
const maxOverrides = 1024

/** Creates the plans of a process. */
export function createPlans(): Plans {
  const plans = new LRUCache<string, Plan>({ max: maxPlans })
  // Compared as objects: another revision of a connector, and a session verified anew, are others.
  const connectors = createNumbers<CompiledConnector>()
  const sessions = createNumbers<Session>()

  function keyOf(call: Call): string | undefined {
    const { connector, session } = call
    if (call.payload !== null || hasPayload(connector.definition.method) || connector.dependencies.time) {
      return undefined
    }
    const overrides = overridesOf(call)
    if (overrides.length > maxOverrides) return undefined
    return `${connectors.of(connector)} ${sessions.of(session)} ${overrides}`
  }

  return {
    recall(call, readers) {
      const key = keyOf(call)
      const plan = key === undefined ? undefined : plans.get(key)
      if (plan === undefined || !plan.reads.every((read) => isAsItWas(read, call, readers))) return undefined
      return { ...plan, call }
    },
    remember({ call, ...plan }) {
      const key = keyOf(call)
      if (key !== undefined) plans.set(key, plan)
    },
  }
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
