import type { CredentialUses } from './credential-uses.ts'

/** The API asks for no credential. */
export interface NoAuthentication extends CredentialUses {
  readonly type: 'none'
}

/** Also the result for a config with errors: its connector is not compiled. */
export const noAuthentication: NoAuthentication = { type: 'none', uses: [] }
