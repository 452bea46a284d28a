/** The rules for overrides alone, for where there is no Node: nothing that is reached from here imports it. */

export { compileConstraints, type OverrideCheck } from './overrides/constraints.ts'
export {
  checkOverrides,
  type OverridableRow,
  type OverrideRules,
  type Overrides,
} from './overrides/enforce-overrides.ts'
export { readHeaderOfOverrides, readQueryOverrides } from './overrides/parse-overrides.ts'
export { defaultPayloadBytes, payloadTooLarge } from './overrides/payload-limit.ts'
