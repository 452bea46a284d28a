import { words } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import type { Grant } from './grant.ts'

/** What of a response reaches whom, and for how long it is kept. */
export function* grantsOfResponses(connector: CompiledConnector): Generator<Grant> {
  const { definition } = connector
  if (definition.on_secret_in_response === 'redact') {
    const subject = words`A response that holds a secret, with the secret replaced,`
    yield { code: 'REDACTED_RESPONSE', subject, path: 'on_secret_in_response' }
  }
  if (isStored(connector)) yield* grantsOfStored(connector)
  for (const permalink of definition.cache.invalidates) {
    yield { code: 'INVALIDATES', subject: words`${permalink}`, path: 'cache.invalidates' }
  }
}

function isStored({ definition: { method, cache } }: CompiledConnector): boolean {
  return cache.enabled && (method === 'GET' || method === 'HEAD')
}

const levels = { user: 1, tenant: 2, public: 3 } as const

function* grantsOfStored(connector: CompiledConnector): Generator<Grant> {
  const { cache } = connector.definition
  yield sharing(connector)
  const seconds = [
    ['ttl_seconds', cache.ttl_seconds],
    ['stale_while_revalidate_seconds', cache.stale_while_revalidate_seconds],
    ['stale_if_error_seconds', cache.stale_if_error_seconds],
  ] as const
  for (const [field, value] of seconds) {
    if (value === undefined) continue
    const amount = { kind: 'number', value, shown: `${value} s` } as const
    yield { code: 'STORED_SECONDS', subject: words`${field}`, path: `cache.${field}`, amount }
  }
}

function sharing({ publicAnswer, dependencies }: CompiledConnector): Grant {
  const code = 'SHARED_RESPONSE'
  const path = 'cache'
  if (publicAnswer) {
    const amount = { kind: 'level', value: levels.public } as const
    return { code, subject: words`everybody, in any cache on the way`, path, amount }
  }
  if (dependencies.sessionValues.length === 0) {
    const amount = { kind: 'level', value: levels.tenant } as const
    return { code, subject: words`all callers of the tenant`, path, amount }
  }
  const amount = { kind: 'level', value: levels.user } as const
  return { code, subject: words`calls of one user`, path, amount }
}
