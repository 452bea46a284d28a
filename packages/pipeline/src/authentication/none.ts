import type { AuthenticationPlan } from './deferred-credential.ts'

/** The API asks for no credential. */
export const noAuthentication: AuthenticationPlan = {
  uses: [],
  plan: () => ({ kind: 'none' }),
}
