import { createHmac, type KeyObject } from 'node:crypto'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import { digestParts } from './digest.ts'

/** What of a tenant is invalidated together. */
export type Scope =
  | { readonly kind: 'tenant'; readonly tenantId: string }
  | { readonly kind: 'connector'; readonly tenantId: string; readonly permalink: string }
  | { readonly kind: 'url'; readonly tenantId: string; readonly url: string }

/** Characters of a digest in a tag: 132 bits. */
const digestLength = 22

/**
 * The tags of a scope, one under each key: the first letter of its kind, a digest of its tenant, and one of what it is.
 * Like the keys of stored responses they tell nothing of what they were made of.
 */
export function tagsOfScope(scope: Scope, keys: readonly KeyObject[]): readonly string[] {
  return keys.map((key) => tagOf(scope, ofTenant(scope.tenantId, key), key))
}

/** Everything that a stored response of this request can be invalidated by. */
export function tagsOf(
  { connector, url }: { readonly connector: CompiledConnector; readonly url: MaskedText },
  keys: readonly KeyObject[],
): readonly string[] {
  const { tenantId, permalink } = connector
  const scopes: readonly Scope[] = [
    { kind: 'tenant', tenantId },
    { kind: 'connector', tenantId, permalink },
    { kind: 'url', tenantId, url: url.masked },
  ]
  return keys.flatMap((key) => {
    const tenant = ofTenant(tenantId, key)
    return scopes.map((scope) => tagOf(scope, tenant, key))
  })
}

function tagOf(scope: Scope, tenant: string, key: KeyObject): string {
  if (scope.kind === 'tenant') return `t${tenant}`
  const what = scope.kind === 'connector' ? scope.permalink : new URL(scope.url).href
  return `${scope.kind.charAt(0)}${tenant}.${digest(['tag', scope.kind, scope.tenantId, what], key)}`
}

function ofTenant(tenantId: string, key: KeyObject): string {
  return digest(['tag', 'tenant', tenantId], key)
}

function digest(parts: readonly string[], key: KeyObject): string {
  return digestParts(createHmac('sha256', key), [parts]).slice(0, digestLength)
}
