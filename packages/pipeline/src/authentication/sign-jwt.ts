import type { KeyObject } from 'node:crypto'
import { ProblemError, type SignatureAlgorithm } from '@sluice/connector-schema'
import { type CompactJWSHeaderParameters, CompactSign } from 'jose'
import { configPath } from './config-field.ts'
import { SigningKeyError, signingKey } from './signing-key.ts'

/** A JWT before it is signed. */
export interface JwtDraft {
  readonly claims: Readonly<Record<string, unknown>>
  /** JOSE header fields besides `alg` and `typ`. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly algorithm: SignatureAlgorithm
  /** The key's text. */
  readonly key: string
}

/**
 * Signs a JWT (RFC 7519, compact).
 *
 * @throws ProblemError `JWT_SIGNING_FAILED` that names the field, and nothing of the key
 */
export async function signJwt({ claims, headers, algorithm, key }: JwtDraft): Promise<string> {
  const header = { alg: algorithm, typ: 'JWT', ...headers }
  try {
    return await signCompact(Buffer.from(JSON.stringify(claims)), header, signingKey(key, algorithm))
  } catch (error) {
    const field = configPath('private_key')
    const reason = error instanceof SigningKeyError ? error.message : `nothing can be signed with this key`
    throw new ProblemError('JWT_SIGNING_FAILED', { detail: `${field}: ${reason}`, params: [field] })
  }
}

/** RFC 7515 §3.1. */
export function signCompact(
  payload: Uint8Array,
  header: CompactJWSHeaderParameters,
  key: KeyObject,
): Promise<string> {
  return new CompactSign(payload).setProtectedHeader(header).sign(key)
}
