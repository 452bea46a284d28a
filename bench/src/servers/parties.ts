/** Who takes part in a measurement, and the paths by which they meet. */
export const identity = { tenantId: 'bench', userId: 'u-42', email: 'ada@example.com' }

export const apiKey = 'a-key-that-only-the-proxy-holds'

export const sessionSecret = 'a session secret of the bench, of 32 bytes or more'

/** Paths of the API. */
export const paths = {
  plain: '/plain',
  plainLarge: '/plain-large',
  escaped: '/escaped',
  cacheable: '/cacheable',
  /** The same, for a proxy whose stored answers lie in Redis alone. */
  shared: '/shared',
  /** Has to be asked for every time, and is the same every time. */
  confirmed: '/confirmed',
  /** In front of the others where the proxy calls. */
  keyed: '/keyed',
  /** How often each of the others was asked for. */
  seen: '/seen',
}
