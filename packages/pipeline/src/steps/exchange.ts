/**
 * The typed steps of one exchange. Each stage takes one step and gives the next; nothing flows back.
 *
 *   Call → Merged → Resolved → WithSecrets → Authenticated → Prepared → Placed → Missed → Received → Assessed → Transformed → Answer
 */
import type { Readable } from 'node:stream'
import type { Session, WirePairs } from '@sluice/connector-schema'
import type { CompiledTemplate, TemplateRuntime } from '@sluice/templates'
import type { Credential, PaidCredential } from '../authentication/deferred-credential.ts'
import type { CachePlace, CachePlan } from '../caching/cache-lookup.ts'
import type { Evaluation } from '../caching/freshness.ts'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { HeaderList } from '../messages/header-list.ts'
import type { StoredSecret, StoredVariable, UpstreamAnswer } from '../ports/ports.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'
import type { UpstreamBudget } from '../sending/upstream-budget.ts'

/** The caller's payload, unread. */
export interface Payload {
  readonly stream: Readable
  readonly contentType: string | undefined
  /** Bytes, when the caller announced them. */
  readonly length: number | undefined
}

/** One call, admitted: the session is verified, the connector found, method, roles and origin checked. */
export interface Call {
  readonly requestId: string
  readonly connector: CompiledConnector
  readonly session: Session
  /** Without a user: the address, or the block of addresses, that the caller is told apart by. */
  readonly address?: string | undefined
  /** Overrides exactly as sent, decoded; repeats kept. */
  readonly query: WirePairs
  readonly headers: WirePairs
  readonly pathParams: WirePairs
  readonly payload: Payload | null
  /** The caller's `If-None-Match`. */
  readonly ifNoneMatch: string | undefined
  /** The caller's `If-Modified-Since`. */
  readonly ifModifiedSince: string | undefined
  readonly ending: Ending
}

/** What ends an exchange. */
export interface Ending {
  /**
   * Aborted when the caller goes away or the exchange's time is over; its reason is then a problem. It is made when
   * somebody first asks for it: an answer from the cache has no need of it.
   */
  readonly signal: AbortSignal
}

/** A value with its provenance. An override is never rendered, whatever it looks like (G2). */
export type Provenanced =
  | { readonly from: 'definition'; readonly template: CompiledTemplate }
  | { readonly from: 'override'; readonly text: string }

/** A header or query row on its way. */
export interface Row<Value> {
  readonly key: string
  /** The field of the definition, for messages, e.g. `headers[2].value`. */
  readonly field: string
  readonly value: Value
  /** Whether the row is sent even when its value renders to nothing. */
  readonly keepEmpty: boolean
}

/** After stage 1: every value has its provenance, every override is permitted. */
export interface Merged {
  readonly call: Call
  readonly pathParams: Readonly<Record<string, string>>
  readonly headers: readonly Row<Provenanced>[]
  readonly query: readonly Row<Provenanced>[]
}

/** What the templates of one exchange may read, secrets apart. */
export interface ExchangeValues {
  readonly session: Session
  readonly pathParams: Readonly<Record<string, string>>
  readonly variables: ReadonlyMap<string, string>
  readonly nowSeconds: number
  readonly runtime: TemplateRuntime
}

/** Rendered, or waiting for its secrets. */
export type Rendered = { readonly text: string } | { readonly awaitsSecret: CompiledTemplate }

/** A variable or a secret as it was when the exchange read it; absent where there is none of that name. */
export type Read =
  | { readonly kind: 'variable'; readonly name: string; readonly stored: StoredVariable | undefined }
  | { readonly kind: 'secret'; readonly name: string; readonly stored: StoredSecret | undefined }

/** After stage 2: only templates that name a secret are left. */
export interface Resolved {
  readonly call: Call
  readonly values: ExchangeValues
  /** Every variable and secret that was read; their versions are part of the cache key. */
  readonly reads: readonly Read[]
  /** Scheme, host and port. */
  readonly origin: string
  /** Path and query string of the definition's URL, beginning with `/`. */
  readonly target: string
  readonly headers: readonly Row<Rendered>[]
  readonly query: readonly Row<Rendered>[]
}

/** After stage 3: no template of headers or query is left; secret-bearing values have a masked twin. */
export interface WithSecrets extends Omit<Resolved, 'headers' | 'query'> {
  readonly secrets: ReadonlyMap<string, string>
  /** Every secret, and every text that is made of one: what no response may repeat. */
  readonly injected: readonly string[]
  readonly headers: readonly Row<MaskedText>[]
  readonly query: readonly Row<MaskedText>[]
}

/** After stage 4: the credential is planned. */
export interface Authenticated extends WithSecrets {
  readonly credential: Credential
}

/** A request header and whether it may follow a redirect to another host. */
export interface PreparedHeader {
  readonly name: string
  readonly value: MaskedText
  /** May bear a credential or an identity: never sent to a host of `redirect_hosts`. */
  readonly confidential: boolean
}

/** After stage 5: the request as the API will receive it. */
export interface Prepared {
  readonly call: Call
  readonly values: ExchangeValues
  readonly reads: readonly Read[]
  /** What no response and no other host may get. */
  readonly injected: readonly string[]
  readonly method: string
  readonly url: MaskedText
  readonly headers: readonly PreparedHeader[]
  /** What is still to be paid for and added to the headers, when the request is sent. */
  readonly credential: PaidCredential | undefined
  readonly body: Uint8Array | Readable | null
}

/** Where an answer to the prepared request would lie. */
export interface Placed extends Prepared {
  readonly place: CachePlace
}

/** After stage 6, when nothing stored can answer. */
export interface Missed extends Placed {
  readonly cache: CachePlan
  /** What the exchange may still send. */
  readonly budget: UpstreamBudget
}

/**
 * What becomes of `ETag`, `Last-Modified`, digests and `Content-Length`: they pass; the `ETag` passes as an HMAC of
 * itself; or none does.
 */
export type Validators = 'pass' | 'hashed' | 'none'

/** After the send. */
export interface Received extends Missed {
  readonly upstream: UpstreamAnswer
  /** Where the answer came from, after redirects. */
  readonly answeredBy: URL
  /** Its `Location` as a caller may see it. Made before the search, so that it is searched. */
  readonly location: string | undefined
  /** What becomes of headers that tell something of the API's own bytes. */
  readonly validators: Validators
  /** The whole body, where it was searched before the rest went on; `upstream.body` is then at its end. */
  readonly whole?: Uint8Array
  /** When the request that was answered was sent, and when the answer's headers were there. */
  readonly requestedAtMs: number
  readonly receivedAtMs: number
}

/** An answer that nothing stored stands in for. */
export interface Assessed extends Received {
  /** What follows for its being kept. */
  readonly evaluation: Evaluation
}

/** After stage 7: the answer as the widget will get it, to be stored where it may be. */
export interface Transformed {
  readonly received: Assessed
  readonly status: number
  /** Filtered; names in lower case. */
  readonly headers: HeaderList
  readonly body: Uint8Array | Readable | null
}

/** The answer, ready for the wire but for the headers that the server itself sets. */
export interface Answer {
  readonly status: number
  /** Filtered; names in lower case. */
  readonly headers: HeaderList
  readonly body: Uint8Array | Readable | null
  /** Value of `Cache-Status` (RFC 9211). */
  readonly cacheStatus: string
  /** How long the head waits for the first byte of a body that streams, in milliseconds. */
  readonly headWaitMs: number
}

/** An early exit: the stages that follow are not run. */
export class Finished {
  readonly answer: Answer
  /** A request to be made all the same, after the answer: it brings what the next caller gets. */
  readonly refresh: Missed | undefined

  constructor(answer: Answer, refresh?: Missed) {
    this.answer = answer
    this.refresh = refresh
  }
}
