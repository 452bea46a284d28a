import type { Context, MiddlewareHandler } from 'hono'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { refuse } from './refuse.ts'

/** An authorization server whose tokens are admitted. */
export interface TokenIssuer {
  readonly issuer: string
  readonly jwksUrl: string
  readonly audience: string
}

/** The name under which a partner's own JWTs are meant for Acme. */
export const reportsAudience = 'acme-reports'

declare module 'hono' {
  interface ContextVariableMap {
    /** What the bearer token says. */
    claims: JWTPayload
  }
}

/** Admits calls with an access token (RFC 9068), verified with the issuer's published keys. */
export function requireToken({ issuer, audience, jwksUrl }: TokenIssuer): MiddlewareHandler {
  return requireJwt(createRemoteJWKSet(new URL(jwksUrl)), {
    issuer,
    audience,
    typ: 'at+jwt',
    requiredClaims: ['exp'],
  })
}

/** Admits calls with a JWT that a known partner has signed, good for ten minutes at most. */
export function requireSignedJwt(keys: JSONWebKeySet): MiddlewareHandler {
  return requireJwt(createLocalJWKSet(keys), {
    audience: reportsAudience,
    maxTokenAge: '10 minutes',
    requiredClaims: ['exp', 'iss', 'sub'],
  })
}

function requireJwt(keys: JWTVerifyGetKey, expected: JWTVerifyOptions): MiddlewareHandler {
  return async (c, next) => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '') ?? []
    try {
      const { payload } = await jwtVerify(token, keys, expected)
      c.set('claims', payload)
    } catch {
      return unauthorised(c)
    }
    return next()
  }
}

function unauthorised(c: Context): Response {
  c.header('WWW-Authenticate', 'Bearer realm="acme", error="invalid_token"')
  return refuse(c, { status: 401, code: 'invalid_token', message: 'Send a valid bearer token.' })
}
