/** The bounds of every request to an API (spec: "Limits"). */
export interface EgressLimits {
  /** For resolving the name, connecting and the TLS handshake together. */
  readonly connectTimeoutMs: number
  /** Between two pieces of an answer's body. */
  readonly idleTimeoutMs: number
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
  maxHeaderBytes: 32 * 1024,
  maxBodyBytes: 100 * 1024 * 1024,
  maxExpansionRatio: 200,
  maxPooledTenants: 500,
}
