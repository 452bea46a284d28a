/** Who takes part in a measurement, and the paths by which they meet. */
export const identity = { tenantId: 'bench', userId: 'u-42', email: 'ada@example.com' }

export const apiKey = 'a-key-that-only-the-proxy-holds'

export const sessionSecret = 'a session secret of the bench, of 32 bytes or more'

/** Paths of the API. */
export const paths = {
  plain: '/plain',
  plainLarge: '/plain-large',
  cacheable: '/cacheable',
  /** In front of the others where the proxy calls. */
  keyed: '/keyed',
  /** How often each of the others was asked for. */
  seen: '/seen',
}
