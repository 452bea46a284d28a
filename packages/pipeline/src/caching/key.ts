import { createHmac, type KeyObject } from 'node:crypto'
import type { Session } from '@sluice/connector-schema'
import type { Prepared, Read } from '../steps/exchange.ts'
import { digestParts } from './digest.ts'

/**
 * The key under which a response is stored: an HMAC over length-prefixed parts, so that no two lists of parts make the
 * same input, and the key tells nothing of what went in.
 *
 * It holds the request as it will be sent, secrets masked, and besides every value that a template reads: a signature
 * shows neither the value that it was made of nor the secret. Two users share a key only where the definition provably
 * cannot depend on the user (G5).
 */
export function cacheKey(prepared: Prepared, keySecret: KeyObject): string {
  const { connector } = prepared.call
  const headers = prepared.headers.flatMap(({ name, value }) => [name.toLowerCase(), value.masked])
  const groups: readonly (readonly string[])[] = [
    [connector.tenantId, connector.permalink, connector.revision, prepared.method, prepared.url.masked],
    headers,
    prepared.credential === undefined ? [] : [prepared.credential.masked],
    ...valuesRead(prepared),
  ]
  return digestParts(createHmac('sha256', keySecret), groups)
}

/**
 * What the templates of an exchange read, rendered or not: path parameters, the versions of variables and secrets, and
 * of the session what the analysis found. Header and query overrides are no names that a template can read, and what is
 * stored has no payload.
 */
function valuesRead({ call, values, reads }: Prepared): readonly (readonly string[])[] {
  const { user, sessionValues } = call.connector.dependencies
  return [
    Object.entries(values.pathParams).flat(),
    reads.flatMap(({ kind, name, stored }: Read) => [
      kind,
      name,
      stored === undefined ? 'none' : `@${stored.version}`,
    ]),
    // The tenant is in every key; what depends on nothing else of the session is shared within it.
    user ? userPartition(call.session, sessionValues) : [],
  ]
}

/** Who the user is to its issuer, and every session value that the analysis found. */
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
