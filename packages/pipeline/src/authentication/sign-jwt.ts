import { createHmac, type KeyObject } from 'node:crypto'
import { ProblemError, type SignatureAlgorithm } from '@sluice/connector-schema'
import { type CompactJWSHeaderParameters, CompactSign } from 'jose'
import { configPath } from '../compile/authentication/config-field.ts'
import type { ReadSigningKey } from '../compile/authentication/render-fields.ts'
import { SigningKeyError } from './signing-key.ts'

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
export async function signJwt(
  { claims, headers, algorithm, key }: JwtDraft,
  signingKey: ReadSigningKey,
): Promise<string> {
  const header = { typ: 'JWT', ...headers, alg: algorithm }
  try {
    return await signCompact(Buffer.from(JSON.stringify(claims)), header, signingKey(key, algorithm))
  } catch (error) {
    const field = configPath('private_key')
    const reason = error instanceof SigningKeyError ? error.message : `nothing can be signed with this key`
    throw new ProblemError('JWT_SIGNING_FAILED', { detail: `${field}: ${reason}`, params: [field] })
  }
}

/**
 * RFC 7515 §3.1. An HMAC is Node's own, which is ten times as fast as one through Web Crypto and needs no rule that
 * could be got wrong; whatever is signed with a key pair is jose's.
 */
export async function signCompact(
  payload: Uint8Array,
  header: CompactJWSHeaderParameters,
  key: KeyObject,
): Promise<string> {
  if (key.type !== 'secret') return new CompactSign(payload).setProtectedHeader(header).sign(key)
  const input = [Buffer.from(JSON.stringify(header)), Buffer.from(payload)]
    .map((part) => part.toString('base64url'))
    .join('.')
  // RFC 7518 §3.2: HS256 is HMAC with SHA-256, and so on.
  return `${input}.${createHmac(`sha${header.alg.slice(2)}`, key)
    .update(input)
    .digest('base64url')}`
}
