/** Everything that the proxy decides before an exchange begins, in its order: 401, 404, 405, 400. */
import {
  ProblemError,
  type Session,
  type SessionUser,
  sessionCookie,
  type WirePairs,
  wireHeaders,
} from '@sluice/connector-schema'
import {
  checkOverrides,
  defaultPayloadBytes,
  type OverrideRules,
  payloadTooLarge,
  readHeaderOfOverrides,
  readQueryOverrides,
} from '@sluice/pipeline/overrides'
import type { ManifestConnector } from './types.ts'

/** A connector of the manifest, made ready once. */
export interface Known {
  readonly connector: ManifestConnector
  readonly rules: OverrideRules
}

/** The overrides and payload of a call that the proxy would let through. */
export interface Admitted {
  readonly known: Known
  readonly query: WirePairs
  readonly headers: WirePairs
  readonly pathParams: WirePairs
  readonly bytes: Uint8Array
}

/** @throws ProblemError where the proxy would refuse the call */
export async function admit(request: Request, known: Known | undefined): Promise<Admitted> {
  const session = readSession(request)
  if (session.user === undefined && known?.connector.access !== 'anonymous') throw sessionRequired()
  if (known === undefined) {
    throw new ProblemError('CONNECTOR_NOT_FOUND', {
      detail: 'This tenant has no connector with this permalink.',
    })
  }
  checkMethod(request, known.connector)
  const { search } = new URL(request.url)
  const query = readQueryOverrides(search)
  const pathParams = readParams(request, wireHeaders.pathParams)
  const headers = readParams(request, wireHeaders.headerParams)
  const bytes = new Uint8Array(await request.clone().arrayBuffer())
  checkPayload(request, known.connector, bytes)
  checkOverrides({ connector: known.rules, session, query, headers, pathParams })
  return { known, query, headers, pathParams, bytes }
}

function readParams(request: Request, name: string): WirePairs {
  return readHeaderOfOverrides(name, request.headers.get(name) ?? undefined)
}

/** Whoever brings a token or the session cookie is a user: what they are good for, only the proxy can tell. */
function readSession({ headers }: Request): Session {
  const authorization = headers.get('authorization')
  const hasCookie = headers
    .get('cookie')
    ?.split(';')
    .some((pair) => pair.trim().startsWith(`${sessionCookie}=`))
  if (authorization !== null && hasCookie) {
    throw new ProblemError('INVALID_REQUEST', {
      detail: 'The call carries an Authorization header and a session cookie; send one of them.',
    })
  }
  if (authorization !== null && !/^bearer +[^ ]+ *$/i.test(authorization)) {
    throw new ProblemError('INVALID_SESSION', {
      detail: 'The Authorization header must be `Bearer <token>`.',
    })
  }
  const isUser = authorization !== null || hasCookie
  return { tenant_id: 'test', ...(isUser && { user: testUser }) }
}

const testUser: SessionUser = { id: 'test', roles: [], profile_fields: {} }

function sessionRequired(): ProblemError {
  return new ProblemError('AUTHENTICATION_REQUIRED', {
    detail: 'This call needs a session: send `Authorization: Bearer <token>` or the session cookie.',
  })
}

function checkMethod(request: Request, { method }: ManifestConnector): void {
  if (request.method === method) return
  throw new ProblemError('METHOD_NOT_ALLOWED', {
    detail: `This connector is called with ${method}.`,
    headers: { allow: method },
  })
}

function checkPayload(request: Request, { method, payload }: ManifestConnector, bytes: Uint8Array): void {
  if (bytes.length === 0) return
  if (!payload) {
    throw new ProblemError('INVALID_REQUEST', { detail: `A call with ${method} carries no payload.` })
  }
  if (request.headers.has('content-encoding')) {
    const detail = 'A payload is sent without Content-Encoding.'
    throw new ProblemError('INVALID_REQUEST', { detail, params: ['content-encoding'] })
  }
  if (bytes.length > defaultPayloadBytes) throw payloadTooLarge(defaultPayloadBytes)
}
