/** A literal destination, to be checked when a definition is saved. */
export interface LiteralDestination {
  readonly scheme: 'http' | 'https'
  /** `host` or `host:port`. */
  readonly host: string
}
