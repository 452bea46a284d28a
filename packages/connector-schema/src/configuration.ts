/** `sluice.json`: its schema and its meaning. An entry of its own, for browsers need none of it. */
export {
  type AdminConfiguration,
  type AdminRole,
  type AdminTokenConfiguration,
  adminRoles,
  configurationSchema,
  singleTenantSchema,
} from './configuration/configuration.ts'
export type { LookUpVariable } from './configuration/expand-environment.ts'
export { isPlainObject } from './configuration/inherit.ts'
export type { IssuerConfiguration } from './configuration/issuer.ts'
export { matchesOrigin, refuseOrigin } from './configuration/origins.ts'
export {
  type Parsed,
  type ParsedConfiguration,
  parseConfiguration,
  parseTenantFile,
  type TenantEntry,
} from './configuration/parse-configuration.ts'
export {
  allowedHosts,
  defaultSecretPlaces,
  type SecretConfiguration,
  type SecretPlace,
  secretPlaces,
  type ValueSource,
  type VariableConfiguration,
  valueName,
} from './configuration/sources.ts'
export { type TenantConfiguration, tenantSchema } from './configuration/tenant.ts'
