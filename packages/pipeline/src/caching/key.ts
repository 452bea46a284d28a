import { createHmac, type KeyObject } from 'node:crypto'
import type { Session } from '@sluice/connector-schema'
import type { Prepared, Read } from '../steps/exchange.ts'
import { digestParts } from './digest.ts'

/**
 * The key under which an answer is stored: an HMAC over length-prefixed parts, so that no two lists of parts
 * make the same input, and the key tells nothing of what went in.
 *
 * Two users share a key only where the definition provably cannot depend on the user (G5). Secrets stand in
 * it as their masked twins: what a secret-bearing value depends on besides (session values, path parameters,
 * versions of secrets and variables) is a part of its own.
 */
export function cacheKey(prepared: Prepared, keySecret: KeyObject): string {
  const { connector, session } = prepared.call
  const { user, sessionValues } = connector.dependencies
  const headers = prepared.headers.flatMap(({ name, value }) => [name.toLowerCase(), value.masked])
  const groups: readonly (readonly string[])[] = [
    [connector.tenantId, connector.permalink, connector.revision, prepared.method, prepared.url.masked],
    headers,
    Object.entries(prepared.values.pathParams).flat(),
    prepared.reads.map(versionOf),
    prepared.credential === undefined ? [] : [prepared.credential.masked],
    // The tenant stands in every key; what depends on nothing else of the session is shared within it.
    user ? userPartition(session, sessionValues) : [],
  ]
  return digestParts(createHmac('sha256', keySecret), groups)
}

function versionOf({ kind, name, stored }: Read): string {
  return `${kind} ${name}@${stored?.version ?? 'none'}`
}

/** Who the user is to whoever issued the session, and every session value that the analysis found. */
function userPartition(session: Session, names: readonly string[]): readonly string[] {
  const values = names.map((name) => JSON.stringify(sessionValue(session, name)) ?? '')
  return [session.issuer ?? '', session.user?.id ?? '', ...values]
}

/** The value behind a name of the analysis, e.g. `user.email` or `user.profile_fields.123`. */
function sessionValue(session: Session, name: string): unknown {
  let value: unknown = session
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return null
    value = (value as Record<string, unknown>)[part]
  }
  return value
}
