import { hash } from 'node:crypto'
import { ProblemError, type Session } from '@sluice/connector-schema'
import { type Clock, createTenantMemory } from '@sluice/pipeline'
import { decodeJwt, errors, jwtVerify } from 'jose'
import { ClaimError, type ClaimNames, defaultClaimNames, sessionOf } from './claims.ts'
import type { FetchKeySet } from './fetch-key-set.ts'
import { createKeySource, type KeySettings, type KeySource } from './key-source.ts'
import { KeysUnavailable } from './paced-key-set.ts'

/** One issuer of session tokens. */
export interface SessionIssuer {
  readonly issuer: string
  readonly audience: string
  /** The token's `typ` header, so that an issuer's other tokens are not taken for sessions (RFC 8725 §3.11). */
  readonly typ: string
  readonly keys: KeySettings
  /** Names of claims that differ from the default ones. */
  readonly claims?: Partial<ClaimNames>
}

/** Verifies session tokens. */
export interface SessionVerifier {
  /**
   * Gives no promise where the token is remembered.
   *
   * @param connection - on which the token came: one that comes again on it is not hashed again
   * @throws ProblemError `INVALID_SESSION`; `OVERLOADED` where the issuer's keys cannot be had, which is not
   *   the caller's fault and passes.
   */
  verify(token: string, connection: WeakKey): Session | Promise<Session>
}

export interface SessionVerifierOptions {
  readonly issuers: readonly SessionIssuer[]
  readonly clock: Clock
  /** How key sets are fetched: through the egress guard. */
  readonly fetch: FetchKeySet
}

interface Issuer {
  readonly settings: SessionIssuer
  readonly keys: KeySource
  readonly claimNames: ClaimNames
}

interface Remembered {
  readonly session: Session
  readonly issuer: Issuer
  readonly generation: number
  readonly expiresMs: number
  /** Characters: what bounds the memory. */
  readonly tokenLength: number
}

const clockToleranceSeconds = 30
const maxRemembered = 10_000
const maxRememberedBytes = 16 * 1024 * 1024
const retryAfterSeconds = 5

/**
 * Creates the verifier. A verified token is remembered by its hash until it expires or its issuer's key set
 * changes, so that a signature is paid for once.
 *
 * @throws Error where two issuers have one name or a secret is too short.
 */
export function createSessionVerifier(options: SessionVerifierOptions): SessionVerifier {
  const { clock, fetch } = options
  const issuers = new Map<string, Issuer>()
  for (const settings of options.issuers) {
    if (issuers.has(settings.issuer)) throw new Error(`The session issuer ${settings.issuer} is there twice`)
    const keys = createKeySource(settings.keys, { clock, fetch })
    issuers.set(settings.issuer, { settings, keys, claimNames: { ...defaultClaimNames, ...settings.claims } })
  }
  // Whose token it is is known only once it is verified.
  const tenantOf = new Map<string, string>()
  const remembered = createTenantMemory<Remembered>({
    maxEntries: maxRemembered,
    maxBytes: maxRememberedBytes,
    bytesOf: ({ tokenLength }) => tokenLength,
    onDrop: (_known, digest) => void tenantOf.delete(digest),
  })

  // A connection mostly bears the calls of one caller. It holds its token no longer than the connection is there.
  const lastOn = new WeakMap<WeakKey, { readonly token: string; readonly known: Remembered }>()

  const holds = ({ expiresMs, generation, issuer }: Remembered) =>
    expiresMs > clock.now() && generation === issuer.keys.generation()

  async function verifyAnew(token: string, digest: string): Promise<Session> {
    const issuer = issuers.get(claimedIssuer(token) ?? '')
    if (issuer === undefined) throw invalid("The session token's issuer is not known here.")
    const fresh = await verifyWith(issuer, token, clock)
    const at = { tenantId: fresh.session.tenant_id, key: digest }
    remembered.set(at, fresh, fresh.expiresMs - clock.now())
    if (remembered.get(at.tenantId, digest) === fresh) tenantOf.set(digest, at.tenantId)
    return fresh.session
  }

  return {
    verify(token, connection) {
      const last = lastOn.get(connection)
      if (last !== undefined && last.token === token && holds(last.known)) return last.known.session
      const digest = hash('sha256', token, 'base64url')
      const known = remembered.get(tenantOf.get(digest) ?? '', digest)
      if (known !== undefined && holds(known)) {
        lastOn.set(connection, { token, known })
        return known.session
      }
      remembered.delete(tenantOf.get(digest) ?? '', digest)
      return verifyAnew(token, digest)
    },
  }
}

/** The issuer that a token claims, not verified: it only chooses who has to have signed it. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    throw invalid('The session token is not a JWT.')
  }
}

async function verifyWith(issuer: Issuer, token: string, clock: Clock): Promise<Remembered> {
  const { settings, keys } = issuer
  // Taken before: a key set that is exchanged meanwhile makes the token be verified once more.
  const generation = keys.generation()
  try {
    const { payload } = await jwtVerify(token, keys.getKey, {
      algorithms: [...keys.algorithms],
      issuer: settings.issuer,
      audience: settings.audience,
      typ: settings.typ,
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(clock.now()),
    })
    const expiresMs = ((payload.exp ?? 0) + clockToleranceSeconds) * 1000
    const session = sessionOf(payload, issuer.claimNames, settings.issuer)
    return { session, issuer, generation, expiresMs, tokenLength: token.length }
  } catch (error) {
    throw toProblem(error)
  }
}

/**
 * What says that the keys cannot be fetched is not the token's fault. Everything else is a token, or a key that it names,
 * that cannot be used: a key that is too short for its algorithm (RFC 7518 §3.3, RFC 8725 §3.5), of another type, or
 * malformed. An issuer that publishes such a key must not be able to make the proxy fail.
 */
function toProblem(error: unknown): ProblemError {
  if (error instanceof KeysUnavailable) {
    return new ProblemError('OVERLOADED', {
      detail: "The keys of the session's issuer cannot be read at the moment.",
      headers: { 'retry-after': String(retryAfterSeconds) },
      cause: error,
    })
  }
  if (error instanceof errors.JWTExpired) return invalid('The session token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof ClaimError) {
    return invalid(`The session token's ${error.claim} is missing or not what it must be.`)
  }
  return invalid('The session token is not signed by a key and an algorithm that are accepted here.')
}

function invalid(detail: string): ProblemError {
  return new ProblemError('INVALID_SESSION', { detail })
}
