import { hash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { refuse } from './refuse.ts'

export interface BasicCredential {
  readonly username: string
  readonly password: string
}

/** Admits calls with the key in `X-API-Key`. */
export function requireKeyHeader(apiKey: string): MiddlewareHandler {
  return async (c, next) => {
    if (!sameText(c.req.header('x-api-key') ?? '', apiKey)) {
      return refuse(c, { status: 401, code: 'invalid_api_key', message: 'Send a valid key in X-API-Key.' })
    }
    return next()
  }
}

/** Admits calls with the key in the query parameter `api_key`, sent once. */
export function requireKeyQuery(apiKey: string): MiddlewareHandler {
  return async (c, next) => {
    const keys = c.req.queries('api_key') ?? []
    if (keys.length !== 1 || !sameText(keys[0] ?? '', apiKey)) {
      return refuse(c, { status: 401, code: 'invalid_api_key', message: 'Send a valid key in ?api_key=.' })
    }
    return next()
  }
}

/** Admits calls with HTTP basic credentials (RFC 7617). */
export function requireBasic({ username, password }: BasicCredential): MiddlewareHandler {
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return async (c, next) => {
    if (!sameText(c.req.header('authorization') ?? '', expected)) {
      c.header('WWW-Authenticate', 'Basic realm="acme", charset="UTF-8"')
      return refuse(c, {
        status: 401,
        code: 'invalid_credentials',
        message: 'Send the user name and password of your Acme account.',
      })
    }
    return next()
  }
}

// Digests have one length, which timingSafeEqual demands, and tell nothing of how much matched.
function sameText(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'))
}
