import type { Clock } from '../ports/ports.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import type { Disclose } from '../tokens/disclosure.ts'
import type { TokenSource } from '../tokens/token-source.ts'

/** A credential at its place: applied to the request, its cost (if any) paid only when something is sent. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'header'; readonly name: string; readonly value: MaskedText }
  | { readonly kind: 'query'; readonly name: string; readonly value: MaskedText }
  | PaidCredential

/** A bearer token (RFC 6750) that costs a signature or an exchange: made when a request is really sent. */
export interface PaidCredential {
  readonly kind: 'paid'
  /** What the token is made of, masked and without what only tells the time. */
  readonly masked: string
  /** @throws ProblemError `JWT_SIGNING_FAILED`, `TOKEN_EXCHANGE_FAILED`, `DESTINATION_NOT_ALLOWED` */
  pay(means: Means): Promise<Payment>
}

/** What paying takes. */
export interface Means {
  readonly tokens: TokenSource
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Only where the caller owns the credentials. */
  readonly disclose?: Disclose | undefined
}

/** A token to be sent. */
export interface Payment {
  readonly token: string
  /** Whether an endpoint was asked for it just now. */
  readonly wasExchanged?: boolean
  /** What can be done where the API refuses this token; absent for one that was acquired just now. */
  readonly ifRefused?: {
    /** Another token, to send the request again; `undefined` where there is none for now. */
    renew(): Promise<string | undefined>
    /** Lets the next call acquire another one: for a request that cannot be sent again. */
    drop(): Promise<void>
  }
}
