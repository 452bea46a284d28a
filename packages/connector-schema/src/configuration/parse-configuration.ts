import type * as z from 'zod'
import type { DefinitionIssue } from '../issue.ts'
import { type NamedSchema, toIssues } from '../schema-issues.ts'
import { type AdminConfiguration, configurationSchema, singleTenantSchema } from './configuration.ts'
import { expandEnvironment, type LookUpVariable } from './expand-environment.ts'
import { inherit, isPlainObject } from './inherit.ts'
import type { IssuerConfiguration } from './issuer.ts'
import { type TenantConfiguration, tenantSchema } from './tenant.ts'

/** A value, or everything that is wrong with it. */
export type Parsed<Value> =
  | { readonly value: Value; readonly errors: readonly [] }
  | { readonly value: undefined; readonly errors: readonly DefinitionIssue[] }

/** `sluice.json`, its tenants still as they are written. */
export interface ParsedConfiguration {
  readonly issuers: readonly IssuerConfiguration[]
  readonly admin: AdminConfiguration
  /** Whether the tenant's fields are at the top: it is then the tenant of calls that name none. */
  readonly isSingleTenant: boolean
  readonly tenants: readonly TenantEntry[]
  readonly defaults: Readonly<Record<string, unknown>>
}

/** One tenant, or the files that hold one each. */
export type TenantEntry =
  | { readonly kind: 'tenant'; readonly tenant: TenantConfiguration }
  | { readonly kind: 'files'; readonly pattern: string; readonly path: string }

const whole = { schema: configurationSchema, whole: 'The configuration' }
const single = { schema: singleTenantSchema, whole: 'The configuration' }
const oneTenant = { schema: tenantSchema, whole: 'The tenant' }

/**
 * Validates the content of `sluice.json`, every mistake at once (spec: "sluice.json").
 *
 * @param input - parsed JSON
 * @param lookUp - the environment
 */
export function parseConfiguration(input: unknown, lookUp: LookUpVariable): Parsed<ParsedConfiguration> {
  const expanded = expandEnvironment(input, lookUp)
  const parsed =
    isPlainObject(expanded.value) && !('tenants' in expanded.value)
      ? parseSingle(expanded.value)
      : parseSeveral(expanded.value)
  return withErrors(parsed, expanded.errors)
}

/** Validates a file that holds one tenant. */
export function parseTenantFile(
  input: unknown,
  defaults: Readonly<Record<string, unknown>>,
  lookUp: LookUpVariable,
): Parsed<TenantConfiguration> {
  const { value, errors } = expandEnvironment(input, lookUp)
  return withErrors(parseTenant(defaults, value), errors)
}

function parseSingle(input: Readonly<Record<string, unknown>>): Parsed<ParsedConfiguration> {
  const { value, errors } = check(single, input)
  if (value === undefined) return { value, errors }
  const { admin, ...fields } = value
  const tenant = parseTenant({}, fields)
  if (tenant.value === undefined) return tenant
  const entry = { kind: 'tenant', tenant: tenant.value } as const
  return {
    value: { issuers: [], admin, isSingleTenant: true, tenants: [entry], defaults: {} },
    errors: [],
  }
}

function parseSeveral(input: unknown): Parsed<ParsedConfiguration> {
  const { value, errors: found } = check(whole, input)
  if (value === undefined) return { value, errors: found }
  const errors: DefinitionIssue[] = []
  const defaults = writtenDefaults(input)
  const tenants: TenantEntry[] = []
  for (const [index, entry] of value.tenants.entries()) {
    const path = `tenants[${index}]`
    if (typeof entry === 'string') tenants.push({ kind: 'files', pattern: entry, path })
    else {
      const tenant = parseTenant(defaults, entry)
      if (tenant.value !== undefined) tenants.push({ kind: 'tenant', tenant: tenant.value })
      errors.push(...tenant.errors.map((issue) => ({ ...issue, path: join(path, issue.path) })))
    }
  }
  if (errors.length > 0) return { value: undefined, errors }
  const { issuers, admin } = value
  return { value: { issuers, admin, isSingleTenant: false, tenants, defaults }, errors: [] }
}

/** As it is written, without what the schema would fill in: a tenant inherits only what is there. */
function writtenDefaults(input: unknown): Readonly<Record<string, unknown>> {
  const defaults = isPlainObject(input) ? input.defaults : undefined
  return isPlainObject(defaults) ? defaults : {}
}

function parseTenant(defaults: Readonly<Record<string, unknown>>, own: unknown): Parsed<TenantConfiguration> {
  return check(oneTenant, isPlainObject(own) ? inherit(defaults, own) : own)
}

function check<Schema extends z.ZodType>(
  named: NamedSchema & { readonly schema: Schema },
  input: unknown,
): Parsed<z.output<Schema>> {
  const { data, error } = named.schema.safeParse(input)
  if (error === undefined) return { value: data, errors: [] }
  return { value: undefined, errors: error.issues.flatMap((issue) => toIssues(issue, named)) }
}

function withErrors<Value>(parsed: Parsed<Value>, errors: readonly DefinitionIssue[]): Parsed<Value> {
  if (errors.length === 0) return parsed
  return { value: undefined, errors: [...errors, ...parsed.errors] }
}

function join(outer: string, inner: string): string {
  return inner === '' ? outer : `${outer}.${inner}`
}
