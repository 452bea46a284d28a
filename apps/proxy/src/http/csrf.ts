import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ProblemError, wireHeaders } from '@sluice/connector-schema'
import { singleHeader } from './node-env.ts'
import type { Credentials } from './session.ts'

/** Tokens that prove that a page of ours sent the session cookie. */
export interface CsrfTokens {
  /** The token that belongs to a session cookie. */
  tokenFor(cookie: string): string
  /** @throws ProblemError `CSRF_FAILED` for a cookie session without its token. */
  check(incoming: IncomingMessage, credentials: Credentials): void
}

/** Creates CSRF tokens: HMAC over the hash of the session cookie. `key` has at least 32 bytes. */
export function createCsrfTokens(key: Uint8Array): CsrfTokens {
  // guard: key-length
  if (key.byteLength < 32) throw new Error('The key of CSRF tokens must have at least 32 bytes')
  const hmacKey = createSecretKey(key)

  function digestFor(cookie: string): Buffer {
    return createHmac('sha256', hmacKey)
      .update(hash('sha256', cookie, 'buffer'))
      .digest()
  }

  return {
    tokenFor: (cookie) => digestFor(cookie).toString('base64url'),
    check(incoming, credentials) {
      if (credentials.by !== 'cookie') return
      const sent = Buffer.from(singleHeader(incoming, wireHeaders.csrfToken) ?? '', 'base64url')
      const expected = digestFor(credentials.token)
      if (sent.byteLength === expected.byteLength && timingSafeEqual(sent, expected)) return
      // guard: token-of-the-cookie (apps/proxy/src/app.wiring.test.ts)
      throw new ProblemError('CSRF_FAILED', {
        detail: 'A call with the session cookie needs the X-CSRF-Token that GET /connectors/csrf hands out.',
      })
    },
  }
}
