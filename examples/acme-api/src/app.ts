import { Hono } from 'hono'
import type { JSONWebKeySet } from 'jose'
import { requireSignedJwt, requireToken, type TokenIssuer } from './bearer.ts'
import { type BasicCredential, requireBasic, requireKeyHeader, requireKeyQuery } from './credentials.ts'
import { refuse } from './refuse.ts'
import { faultRoutes } from './routes/faults.ts'
import { fileRoutes } from './routes/files.ts'
import { leadRoutes } from './routes/leads.ts'
import { orderRoutes } from './routes/orders.ts'
import { partnerRoutes, reportRoutes } from './routes/partners.ts'
import { productRoutes } from './routes/products.ts'
import { publicRoutes } from './routes/public.ts'
import { rateRoutes, warehouseRoutes } from './routes/trade.ts'

export interface AcmeApiOptions {
  /** The key that clients send in `X-API-Key`, or in `?api_key=` for exchange rates. */
  readonly apiKey: string
  /** The account that may send and fetch files. */
  readonly basic: BasicCredential
  /** Whose tokens the partners' part admits; without it there is no such part. */
  readonly tokens?: TokenIssuer
  /** Whose JWTs the reports' part admits; without it there is no such part. */
  readonly signers?: JSONWebKeySet
}

/** The API of Acme, a fictional company that sells hardware: what connectors are tried on. */
export function createAcmeApi({ apiKey, basic, tokens, signers }: AcmeApiOptions): Hono {
  const app = new Hono().basePath('/v1')
  app.route('/', publicRoutes())

  app.use('/rates', requireKeyQuery(apiKey))
  app.route('/', rateRoutes())

  app.on('ALL', ['/files/*', '/checksums/*'], requireBasic(basic))
  app.route('/', fileRoutes())

  if (tokens !== undefined) {
    app.use('/partners/*', requireToken(tokens))
    app.route('/', partnerRoutes())
  }
  if (signers !== undefined) {
    app.use('/reports/*', requireSignedJwt(signers))
    app.route('/', reportRoutes())
  }

  // Everything after this line needs the key, paths that do not exist included.
  app.use('*', requireKeyHeader(apiKey))
  for (const routes of [productRoutes, orderRoutes, leadRoutes, warehouseRoutes, faultRoutes]) {
    app.route('/', routes())
  }

  app.notFound((c) => refuse(c, { status: 404, code: 'not_found', message: 'There is nothing here.' }))
  app.onError((_, c) => refuse(c, { status: 500, code: 'internal', message: 'Acme failed.' }))
  return app
}
