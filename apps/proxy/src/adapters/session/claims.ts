import type { Session, SessionUser } from '@sluice/connector-schema'

/** Which claim of a session token each value of the session comes from. */
export interface ClaimNames {
  readonly id: string
  readonly tenant_id: string
  readonly email: string
  readonly first_name: string
  readonly last_name: string
  readonly username: string
  readonly roles: string
  readonly profile_fields: string
}

/** The claims of OpenID Connect, and the platform's own for what it has no name for. */
export const defaultClaimNames: ClaimNames = {
  id: 'sub',
  tenant_id: 'tenant_id',
  email: 'email',
  first_name: 'given_name',
  last_name: 'family_name',
  username: 'preferred_username',
  roles: 'roles',
  profile_fields: 'profile_fields',
}

/** A claim that is there with another type than it must have. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError'
  readonly claim: string

  constructor(claim: string) {
    super(`The claim ${claim} is missing or has the wrong type`)
    this.claim = claim
  }
}

type Claims = Readonly<Record<string, unknown>>

/**
 * The session that verified claims describe. Nothing is guessed: an absent, null or empty optional claim is absent, so
 * that templates see one kind of missing value; a wrongly typed one is an error, so that an identity is never half right.
 *
 * @throws ClaimError
 */
export function sessionOf(claims: Claims, names: ClaimNames, issuer: string): Session {
  const email = optionalText(claims, names.email)
  const firstName = optionalText(claims, names.first_name)
  const lastName = optionalText(claims, names.last_name)
  const username = optionalText(claims, names.username)
  const user: SessionUser = {
    id: requiredText(claims, names.id),
    ...(email !== undefined && { email }),
    ...(firstName !== undefined && { first_name: firstName }),
    ...(lastName !== undefined && { last_name: lastName }),
    ...(username !== undefined && { username }),
    roles: rolesOf(claims, names.roles),
    profile_fields: fieldsOf(claims, names.profile_fields),
  }
  return { tenant_id: requiredText(claims, names.tenant_id), issuer, user }
}

/** An inherited name (`constructor`) is no claim. */
function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? (claims[name] ?? undefined) : undefined
}

function requiredText(claims: Claims, name: string): string {
  const value = optionalText(claims, name)
  if (value === undefined) throw new ClaimError(name)
  return value
}

function optionalText(claims: Claims, name: string): string | undefined {
  const value = claimOf(claims, name)
  if (value !== undefined && typeof value !== 'string') throw new ClaimError(name)
  return value === '' ? undefined : value
}

function rolesOf(claims: Claims, name: string): readonly string[] {
  const value = claimOf(claims, name)
  if (value === undefined) return []
  if (!Array.isArray(value) || !value.every((role) => typeof role === 'string')) throw new ClaimError(name)
  return value
}

function fieldsOf(claims: Claims, name: string): Readonly<Record<string, unknown>> {
  const value = claimOf(claims, name)
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ClaimError(name)
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null && field !== ''))
}
