import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@sluice/connector-schema'
import { singleHeader } from './node-env.ts'
import type { Caller } from './session.ts'

/** Methods that change nothing (RFC 9110 §9.2.1), as far as connectors have them. */
const safeMethods: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * A page of an origin that the tenant does not list may neither use the session cookie nor change anything.
 * Where no origin is named the call is no page's, unless it bears the cookie.
 *
 * @throws ProblemError `ORIGIN_NOT_ALLOWED`
 */
export function checkOrigin(incoming: IncomingMessage, caller: Caller): void {
  const byCookie = caller.credentials.by === 'cookie'
  if (!byCookie && safeMethods.has(incoming.method)) return
  if (isOwnOrigin(incoming)) return
  const origin = singleHeader(incoming, 'origin')
  if (origin === undefined ? !byCookie : caller.tenant.origins.has(origin)) return
  // guard: listed-origins (apps/proxy/src/app.wiring.test.ts)
  throw originNotAllowed()
}

/**
 * A response may be read by a script, and never be a document, a script or another resource of this origin: what an
 * API sends would run here. Browsers name what they load in `Sec-Fetch-Dest`, and no page can change it.
 *
 * @throws ProblemError `ORIGIN_NOT_ALLOWED`
 */
export function refuseResourceLoads({ headers }: IncomingMessage): void {
  const loadedAs = headers['sec-fetch-dest']
  if (loadedAs === undefined || loadedAs === 'empty') return
  throw new ProblemError('ORIGIN_NOT_ALLOWED', {
    detail: 'The browser loads this as a document, script or other resource. Call it with fetch or the SDK.',
  })
}

/** Refusal of an origin that is not on the list. */
export function originNotAllowed(): ProblemError {
  return new ProblemError('ORIGIN_NOT_ALLOWED', {
    detail: "The calling page's origin is not on the tenant's list of origins.",
  })
}

/** Browsers set this field, and no page can. */
function isOwnOrigin(incoming: IncomingMessage): boolean {
  return singleHeader(incoming, 'sec-fetch-site') === 'same-origin'
}
