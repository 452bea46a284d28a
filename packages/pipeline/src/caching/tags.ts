import { createHmac, type KeyObject } from 'node:crypto'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import { digestParts } from './digest.ts'

/** What of a tenant is invalidated together. */
export type Scope =
  | { readonly kind: 'tenant'; readonly tenantId: string }
  | { readonly kind: 'connector'; readonly tenantId: string; readonly permalink: string }
  | { readonly kind: 'url'; readonly tenantId: string; readonly url: string }

/**
 * The tag of a scope: the first letter of its kind, and a digest. Like the keys of stored answers it tells nothing of
 * what it was made of.
 */
export function tagOf(scope: Scope, keySecret: KeyObject): string {
  const what =
    scope.kind === 'connector' ? scope.permalink : scope.kind === 'url' ? new URL(scope.url).href : ''
  const digest = digestParts(createHmac('sha256', keySecret), [['tag', scope.kind, scope.tenantId, what]])
  return `${scope.kind.charAt(0)}${digest}`
}

/** Everything that a stored answer of this request can be invalidated by. */
export function tagsOf(
  { connector, url }: { readonly connector: CompiledConnector; readonly url: MaskedText },
  keySecret: KeyObject,
): readonly string[] {
  const { tenantId, permalink } = connector
  const scopes: readonly Scope[] = [
    { kind: 'tenant', tenantId },
    { kind: 'connector', tenantId, permalink },
    { kind: 'url', tenantId, url: url.masked },
  ]
  return scopes.map((scope) => tagOf(scope, keySecret))
}
