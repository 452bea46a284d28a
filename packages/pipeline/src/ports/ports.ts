/** What the pipeline needs from outside, as small interfaces. Adapters fill them; tests fill them with objects. */
import type { Readable } from 'node:stream'
import type { SecretPlace } from '@sluice/connector-schema/configuration'
import type { BodyTemplateValues, CompiledTemplate } from '@sluice/templates'
import type { HeaderList } from '../messages/header-list.ts'
import { defaultPayloadBytes } from '../overrides/payload-limit.ts'
import type { Secret } from '../secrecy/secret.ts'

/** A stored secret as an exchange sees it. */
export interface StoredSecret {
  readonly secret: Secret
  /** Changes whenever the value does; part of the cache key. */
  readonly version: string
  /** Host patterns that may receive the secret (`api.example.com`, `*.example.com`, `*`). */
  readonly allowedHosts: readonly string[]
  /** The places of a request that may hold it. */
  readonly places: readonly SecretPlace[]
}

/** Reads secrets of one tenant. A name that does not exist gives `undefined`. */
export interface SecretReader {
  read(tenantId: string, name: string): StoredSecret | undefined | Promise<StoredSecret | undefined>
}

/** A stored variable and the version of its value. */
export interface StoredVariable {
  readonly value: string
  readonly version: string
}

/** Reads variables of one tenant. A name that does not exist gives `undefined`. */
export interface VariableReader {
  read(tenantId: string, name: string): StoredVariable | undefined | Promise<StoredVariable | undefined>
}

/** One request to an API, complete and checked but for its destination's address. */
export interface UpstreamRequest {
  /** Egress exceptions belong to a tenant, and so do pooled connections. */
  readonly tenantId: string
  readonly method: string
  /** Absolute, normalised, without userinfo or fragment. */
  readonly url: URL
  readonly headers: HeaderList
  readonly body: Uint8Array | Readable | null
  /** Milliseconds from the start of this request until the answer's headers must be there. */
  readonly timeoutMs: number
  /** Aborted when the caller goes away or the exchange's time is over. */
  readonly signal: AbortSignal
  /**
   * Asked when a connection that was used before ended before the first byte of a response: `true` sends the request
   * once more, on a fresh connection (RFC 9112 §9.3.1). Absent where a second sending could do harm.
   */
  readonly mayResend?: () => boolean
}

/** An API's final answer. */
export interface UpstreamAnswer {
  readonly status: number
  /** Names in lower case, in the order received, repeats kept; `Content-Encoding` already undone and removed. */
  readonly headers: HeaderList
  /** The decoded body. Destroying it aborts the upstream request. */
  readonly body: Readable
}

/**
 * The guarded client: one request, no redirect followed, no retry but the one that `mayResend` permits.
 *
 * @throws ProblemError `DESTINATION_NOT_ALLOWED`, `UPSTREAM_UNREACHABLE`, `UPSTREAM_TIMEOUT`,
 *   `UPSTREAM_PROTOCOL_ERROR`, `UPSTREAM_RESPONSE_TOO_LARGE`; `INVALID_REQUEST` where the caller's payload is cut
 *   short, `CONNECTOR_MISCONFIGURED` for a header that HTTP cannot carry, `SHUTTING_DOWN`. The body stream is
 *   destroyed with the same.
 */
export interface Upstream {
  send(request: UpstreamRequest): Promise<UpstreamAnswer>
}

/** The freshness of one answer in numbers (RFC 9111 §4.2), so that it can lie anywhere. */
export interface Freshness {
  /** When its headers were there; milliseconds since the epoch. */
  readonly receivedAtMs: number
  readonly initialAgeSeconds: number
  readonly lifetimeSeconds: number
  /** For a browser's own cache, which may keep what is private and does not know `s-maxage`. */
  readonly browserLifetimeSeconds: number
  /** How long past its lifetime it may be given while it is asked for anew, and when asking fails (RFC 5861). */
  readonly staleWhileRevalidateSeconds: number
  readonly staleIfErrorSeconds: number
}

/** A complete answer as the cache holds it: the response template has already run. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: Uint8Array
  /** Whether a response template made the body. */
  readonly transformed: boolean
  /** The API's own headers that caching depends on, its validators among them. */
  readonly said: HeaderList
  readonly freshness: Freshness
}

/** Where a stored answer lies. */
export interface CacheEntry {
  /** What is remembered is bounded for each tenant apart. */
  readonly tenantId: string
  readonly key: string
  /** What it has in common with the other answers of its connector; known in this process alone. */
  readonly family: string
  /** What it can be invalidated by. Made when somebody asks: a hit has no need of them. */
  readonly tags: () => readonly string[]
}

/** Marks the moment at which a request began, before anything that is invalidated later. Only its store reads it. */
export type Ticket = object

/** What a store has, and the ticket for a request that begins now. */
export interface Found {
  readonly stored: StoredAnswer | undefined
  /** Absent where the stored answer is fresh: nothing begins. */
  readonly ticket: Ticket | undefined
}

/**
 * Stored answers by key. A store may forget anything at any time. It never throws or rejects: what it cannot read
 * is not there, what it cannot keep is forgotten.
 */
export interface CacheStore {
  find(entry: CacheEntry): Found | Promise<Found>
  /** Keeps an answer whose request began with the ticket, unless something it depends on was invalidated since. */
  keep(
    entry: CacheEntry,
    answer: StoredAnswer,
    kept: { readonly ticket: Ticket; readonly forMs: number },
  ): void
  forget(entry: CacheEntry): void
  /** Whether nothing was invalidated, as far as this process knows, since the ticket was given. */
  isCurrent(ticket: Ticket): boolean
  /** From here on no answer with one of the tags is given whose request began before. */
  invalidate(tags: readonly string[]): undefined | Promise<void>
}

/** What a body template may read. Body templates can name no secret, so none is here. */
export type IsolatedValues = BodyTemplateValues

/** A body template to be rendered apart. */
export interface IsolatedRender {
  /** Tenants wait in turn. */
  readonly tenantId: string
  readonly template: CompiledTemplate
  readonly values: IsolatedValues
  /** Aborted when the caller goes away or the exchange's time is over: nobody waits for the text any more. */
  readonly signal: AbortSignal
}

/**
 * Renders a body template where it holds nobody up, and ends it at a deadline whatever it is doing.
 *
 * @throws TemplateRenderError as the template itself would, with reason `limit` where it was ended; ProblemError
 *   `OVERLOADED` where too many wait, `SHUTTING_DOWN`; the signal's reason
 */
export interface IsolatedRenderer {
  /** The text as UTF-8. */
  render(job: IsolatedRender): Promise<Uint8Array>
}

/** A token as it is kept. Times are milliseconds since the Unix epoch. */
export interface StoredToken {
  readonly token: Secret
  readonly obtainedAtMs: number
  readonly expiresAtMs: number
}

/**
 * Tokens that processes share. A store may forget anything at any time, and is never waited for long. It never
 * rejects: what it cannot read is not there, what it cannot keep is forgotten.
 */
export interface TokenStore {
  get(key: string): Promise<StoredToken | undefined>
  set(key: string, token: StoredToken, ttlMs: number): Promise<void>
  delete(key: string): Promise<void>
  /**
   * Claims the exchange for a key, for a time at most. Gives what ends the claim, or `undefined` while another
   * process has it. A store that is out of order lets everybody go ahead.
   */
  claim(key: string, ms: number): Promise<(() => Promise<void>) | undefined>
}

/** Time, as an argument. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number
  /** Resolves after the time, rejects with the signal's reason when that aborts first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** What an exchange may not pass. */
export interface Limits {
  /** The whole exchange, every attempt and redirect in it, in milliseconds. */
  readonly exchangeMs: number
  /** What a caller may send, in bytes. */
  readonly requestBytes: number
  /** What is buffered of an API's answer for a response template, in bytes. */
  readonly bufferedAnswerBytes: number
  /** The largest answer that is stored, in bytes. */
  readonly storedAnswerBytes: number
}

/** The limits of the specification. */
export const defaultLimits: Limits = {
  exchangeMs: 60_000,
  requestBytes: defaultPayloadBytes,
  bufferedAnswerBytes: 10 * 1024 * 1024,
  storedAnswerBytes: 1024 * 1024,
}

/** Where the proxy's own notes go. Fields bear no body, query value, header value or secret. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}
