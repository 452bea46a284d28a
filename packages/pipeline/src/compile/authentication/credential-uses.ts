import type { CompiledUrl, Uses } from '@sluice/templates'

/** What each type of authentication says about its templates; stage 3 reads it. */
export interface CredentialUses {
  readonly uses: readonly Uses[]
  /** Where secrets of the config go besides the API. */
  readonly tokenUrl?: CompiledUrl
}
