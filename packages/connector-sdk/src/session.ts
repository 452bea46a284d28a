import { ConnectorBoundaryError } from './errors.ts'
import type { SessionSource } from './types.ts'

/**
 * Asks the caller for the session's token.
 *
 * @throws ConnectorBoundaryError `SESSION_FAILED`, never with the token in it
 */
export async function askToken(session: SessionSource, permalink: string): Promise<string> {
  let cause: unknown
  try {
    const token: unknown = await session()
    // RFC 6750 §2.1. Anything else could not be sent, and the browser's own error would quote it.
    if (typeof token === 'string' && /^[\w.~+/-]+=*$/.test(token)) return token
  } catch (error) {
    cause = error
  }
  const facts = { code: 'SESSION_FAILED', params: [], cause } as const
  throw new ConnectorBoundaryError('', { permalink }, facts)
}
