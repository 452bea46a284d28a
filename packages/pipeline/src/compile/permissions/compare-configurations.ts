import {
  type IssuerConfiguration,
  matchesOrigin,
  type TenantConfiguration,
} from '@sluice/connector-schema/configuration'
import { type PermissionFact, type Words, words } from '@sluice/connector-schema/permissions'
import { hostIsAllowed } from '../../secrecy/allowed-hosts.ts'
import { comparePermissions } from './compare.ts'
import { type Grant, grantKey, type OpaqueText, type Permissions } from './grant.ts'
import { canonicalJson } from './texts.ts'

/** A configuration as far as it lets something happen: `sluice.json` with its tenants read. */
export interface ComparedConfiguration {
  readonly tenants: readonly TenantConfiguration[]
  /** Issuers of the whole platform. */
  readonly issuers: readonly IssuerConfiguration[]
  readonly defaultTenantId: string | undefined
  readonly adminTokens: readonly ComparedToken[]
}

/** A token of the admin API. */
export interface ComparedToken {
  readonly name: string
  readonly role: string
  readonly tenants?: readonly string[] | undefined
  readonly impersonate: boolean
}

/** What a change of `sluice.json` lets happen that was not, and what no longer. */
export function compareConfigurations(
  before: ComparedConfiguration,
  after: ComparedConfiguration,
): readonly PermissionFact[] {
  const disabled = disabledIn([before, after])
  return comparePermissions(
    null,
    permissionsOfConfiguration(before, disabled),
    permissionsOfConfiguration(after, disabled),
  )
}

/** By tenant: permalinks that any of the configurations disables. */
type Disabled = ReadonlyMap<string, ReadonlySet<string>>

function disabledIn(configurations: readonly ComparedConfiguration[]): Disabled {
  const all = new Map<string, Set<string>>()
  for (const { id, disabled } of configurations.flatMap(({ tenants }) => tenants)) {
    all.set(id, new Set([...(all.get(id) ?? []), ...disabled]))
  }
  return all
}

/**
 * All that a configuration lets happen, but for its connectors.
 *
 * @param switched - connectors of which it is told whether their calls are served; the others are
 */
export function permissionsOfConfiguration(
  configuration: ComparedConfiguration,
  switched: Disabled = new Map(),
): Permissions {
  const { tenants, issuers, defaultTenantId, adminTokens } = configuration
  const whole: Permissions = {
    grants: [
      ...issuers.map((issuer) => issuerGrant(issuer, undefined)),
      ...(defaultTenantId === undefined
        ? []
        : [{ code: 'DEFAULT_TENANT', subject: words`${defaultTenantId}`, path: '' } as const]),
      ...adminTokens.flatMap(tokenGrants),
    ],
    texts: issuers.map((issuer) => issuerText(issuer, undefined)),
  }
  const parts = [whole, ...tenants.map((tenant) => permissionsOfTenant(tenant, switched.get(tenant.id)))]
  return {
    grants: parts.flatMap(({ grants }) => grants),
    texts: parts.flatMap(({ texts }) => texts),
  }
}

function permissionsOfTenant(
  tenant: TenantConfiguration,
  switched: ReadonlySet<string> = new Set(),
): Permissions {
  const exists: Grant = { code: 'TENANT', subject: words`${tenant.id}`, path: `tenants[${tenant.id}]` }
  const partOf = grantKey(exists)
  return {
    grants: [
      exists,
      ...[...tenantGrants(tenant), ...enabledGrants(tenant, switched)].map((grant) => ({ ...grant, partOf })),
    ],
    texts: [...tenantTexts(tenant)].map((text) => ({ partOf, ...text })),
  }
}

function* tenantGrants(tenant: TenantConfiguration): Generator<Grant> {
  const { id, cookie_sessions: cookie } = tenant
  const path = (field: string) => `tenants[${id}].${field}`
  for (const origin of tenant.origins) {
    yield {
      code: 'ORIGIN',
      subject: words`${origin}`,
      path: path('origins'),
      amount: { kind: 'pattern', text: origin, matches: (wanted) => matchesOrigin(origin, wanted) },
    }
  }
  if (cookie !== false) {
    const name = cookie === true ? 'sluice_session' : cookie.name
    yield { code: 'COOKIE_SESSION', subject: words`the cookie ${name}`, path: path('cookie_sessions') }
  }
  for (const host of tenant.hosts) yield { code: 'HOST', subject: words`${host}`, path: path('hosts') }
  for (const issuer of tenant.issuers) yield issuerGrant(issuer, id)
  for (const upstream of tenant.allow_upstreams) {
    yield { code: 'PRIVATE_UPSTREAM', subject: words`${upstream}`, path: path('allow_upstreams') }
  }
  for (const host of tenant.trace_hosts) {
    yield { code: 'TRACE_HOST', subject: words`${host}`, path: path('trace_hosts') }
  }
  yield* secretGrants(tenant)
}

function* enabledGrants(
  { id, disabled }: TenantConfiguration,
  switched: ReadonlySet<string>,
): Generator<Grant> {
  for (const permalink of switched) {
    if (disabled.includes(permalink)) continue
    yield { code: 'ENABLED', subject: words`${permalink}`, path: `tenants[${id}].disabled` }
  }
}

function* secretGrants({ id, secrets }: TenantConfiguration): Generator<Grant> {
  for (const [name, { allowed_hosts: hosts, places }] of Object.entries(secrets)) {
    const path = `tenants[${id}].secrets.${name}`
    for (const host of hosts) {
      yield {
        code: 'SECRET_HOST',
        subject: words`${name} to ${host}`,
        path: `${path}.allowed_hosts`,
        amount: { kind: 'pattern', text: `${name} ${host}`, matches: matchesSecretHost(name, host) },
      }
    }
    for (const place of places) {
      yield { code: 'SECRET_PLACE', subject: words`${name} in ${place}`, path: `${path}.places` }
    }
  }
}

/** A pattern covers a host, and a pattern, that it matches as a name. */
function matchesSecretHost(name: string, pattern: string): (wanted: string) => boolean {
  return (wanted) => {
    const separator = wanted.indexOf(' ')
    if (wanted.slice(0, separator) !== name) return false
    const host = wanted.slice(separator + 1)
    if (pattern === '*') return true
    return host !== '*' && hostIsAllowed(host.replace(/^\*\./, 'any.'), [pattern])
  }
}

function* tenantTexts(tenant: TenantConfiguration): Generator<OpaqueText> {
  const { id } = tenant
  const path = `tenants[${id}]`
  for (const [name, { env, file }] of Object.entries(tenant.secrets)) {
    const value = canonicalJson({ env, file })
    yield { code: 'SECRET_SOURCE', name: words`${name}`, path: `${path}.secrets.${name}`, value }
  }
  for (const [name, variable] of Object.entries(tenant.variables)) {
    const value = canonicalJson(variable)
    yield { code: 'VARIABLE', name: words`${name}`, path: `${path}.variables.${name}`, value }
  }
  for (const issuer of tenant.issuers) yield issuerText(issuer, id)
  for (const [issuer, values] of Object.entries(tenant.claim_values)) {
    const value = canonicalJson([...values].sort())
    yield { code: 'ISSUER_SETTINGS', name: words`${issuer}`, path: `${path}.claim_values`, value }
  }
}

function issuerPath(tenantId: string | undefined): string {
  return tenantId === undefined ? 'issuers' : `tenants[${tenantId}].issuers`
}

function issuerGrant(issuer: IssuerConfiguration, tenantId: string | undefined): Grant {
  return { code: 'ISSUER', subject: issuerName(issuer, tenantId), path: issuerPath(tenantId) }
}

function issuerName({ issuer, audience }: IssuerConfiguration, tenantId: string | undefined): Words {
  return tenantId === undefined
    ? words`${issuer} for ${audience}, for every tenant`
    : words`${issuer} for ${audience}, for the tenant ${tenantId}`
}

function issuerText(issuer: IssuerConfiguration, tenantId: string | undefined): OpaqueText {
  return {
    code: 'ISSUER_SETTINGS',
    name: issuerName(issuer, tenantId),
    path: issuerPath(tenantId),
    value: canonicalJson(issuer),
  }
}

const roles = ['viewer', 'tester', 'deployer', 'admin']

function tokenGrants({ name, role, tenants, impersonate }: ComparedToken): readonly Grant[] {
  const scope = tenants === undefined ? 'every tenant' : [...tenants].sort().join(', ')
  const [code, path] = ['ADMIN', 'admin.tokens'] as const
  const amount = { kind: 'number', value: roles.indexOf(role), shown: role } as const
  const held: Grant = { code, subject: words`by ${name}, for ${scope}`, path, amount }
  return impersonate ? [held, { code, subject: words`by ${name}, as another user`, path }] : [held]
}
