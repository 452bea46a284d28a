import type { AuthenticationPlan } from './plan.ts'

/** The API asks for no credential. */
export const noAuthentication: AuthenticationPlan = {
  uses: [],
  plan: () => ({ kind: 'none' }),
}
