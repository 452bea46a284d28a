/** The rules for overrides alone, for where there is no Node: nothing that is reached from here imports it. */
export { checkOverrides, type OverridableRow, type OverrideRules, type Overrides } from './check-overrides.ts'
export { compileConstraints, type OverrideCheck } from './override-check.ts'
export { defaultPayloadBytes, payloadTooLarge } from './payload-limit.ts'
export { readHeaderOfOverrides, readQueryOverrides } from './read-overrides.ts'
