/** Something that a person may have to look into. No secret, no value of a call. */
export interface AuditEntry {
  readonly event: 'secret_guessing'
  readonly tenant: string
  readonly connector: string
  readonly request_id: string
  /** Stands for the caller without naming it. */
  readonly caller_hash: string
}

/** Where entries go that are kept. Never throws. */
export interface AuditTrail {
  record(entry: AuditEntry): void
}
