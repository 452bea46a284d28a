import type { TokenStore } from '../ports/ports.ts'

/** For a process that shares its tokens with no other: it keeps its own anyway. */
export const noTokenStore: TokenStore = {
  get: async () => undefined,
  set: async () => {},
  delete: async () => {},
  claim: async () => async () => {},
}
