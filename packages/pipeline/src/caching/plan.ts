/** What the cache has to do with an exchange, and why the request goes forward (`fwd` of RFC 9211). */
export type CachePlan =
  | { readonly kind: 'none'; readonly forward: 'method' | 'bypass' }
  | { readonly kind: 'keyed'; readonly key: string; readonly forward: 'uri-miss' | 'stale' }
