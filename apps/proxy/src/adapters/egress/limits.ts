/** The bounds of every request to an API (spec: "Limits"). */
export interface EgressLimits {
  /** For resolving the name, connecting and the TLS handshake together. */
  readonly connectTimeoutMs: number
  /** Between two pieces of a response's body. */
  readonly idleTimeoutMs: number
  /** The same for `text/event-stream`, comments counted: models think. */
  readonly eventStreamIdleTimeoutMs: number
  /** How long an unused connection is kept, where the API's `Keep-Alive` says nothing else: less than servers do. */
  readonly keepAliveTimeoutMs: number
  /** Names and values of one answer's header fields. */
  readonly maxHeaderBytes: number
  /** Of an answer's decoded body. */
  readonly maxBodyBytes: number
  /** Decoded bytes to received ones; judged once a body is larger than a mebibyte decoded. */
  readonly maxExpansionRatio: number
  /** Tenants whose idle connections are kept at the same time. */
  readonly maxPooledTenants: number
}

export const defaultEgressLimits: EgressLimits = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 15_000,
  eventStreamIdleTimeoutMs: 120_000,
  keepAliveTimeoutMs: 4_000,
  maxHeaderBytes: 32 * 1024,
  maxBodyBytes: 100 * 1024 * 1024,
  maxExpansionRatio: 200,
  maxPooledTenants: 500,
}
