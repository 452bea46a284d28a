import { ProblemError } from '@sluice/connector-schema'
import { configPath } from '../compile/authentication/config-field.ts'
import type { MaskedJson } from '../compile/authentication/json-templates.ts'

type Claims = Readonly<Record<string, unknown>>

/** RFC 7519 §2, NumericDate: claims that tell a time, which a template can only give as text. */
const dateClaims = ['exp', 'iat', 'nbf']

/**
 * Claims with `exp`, `iat` and `nbf` as integers.
 *
 * @throws ProblemError `JWT_SIGNING_FAILED` where one of them is no number
 */
export function withNumericDates(field: string, claims: Claims): Claims {
  const present = dateClaims.filter((name) => Object.hasOwn(claims, name))
  if (present.length === 0) return claims
  return {
    ...claims,
    ...Object.fromEntries(present.map((name) => [name, numericDate(field, name, claims[name])])),
  }
}

/** Claims without those that only tell a time, which would make every digest of them another. */
export function withoutTimes(claims: Claims): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => ![...dateClaims, 'jti'].includes(name)))
}

/** Claims as they may be shown: times as they are signed, unless a secret is in them. */
export function shownClaims({ real, masked }: MaskedJson, signed: Claims): Claims {
  const isShown = (name: string) => dateClaims.includes(name) && masked[name] === real[name]
  return Object.fromEntries(
    Object.entries(masked).map(([name, value]) => [name, isShown(name) ? signed[name] : value]),
  )
}

function numericDate(field: string, name: string, value: unknown): number {
  const isNumber =
    typeof value === 'number' || (typeof value === 'string' && /^\d{1,15}(?:\.\d+)?$/.test(value))
  const seconds = isNumber ? Math.floor(Number(value)) : Number.NaN
  if (Number.isSafeInteger(seconds)) return seconds
  const path = configPath(`${field}.${name}`)
  throw new ProblemError('JWT_SIGNING_FAILED', { detail: `${path} is not a time in seconds`, params: [path] })
}
