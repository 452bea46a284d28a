import {
  type ProblemCode,
  type ProblemDetails,
  ProblemError,
  problemKinds,
  requestIdPattern,
  toProblemDocument,
  wireHeaders,
} from '@sluice/connector-schema'

/** On every answer of the proxy (spec: "The wire"). */
const alwaysSet = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  vary: 'Authorization, Cookie, Origin, X-Path-Params, X-Header-Params',
} as const

/** A failure of the proxy, for a mock to return or throw, e.g. `connectorProblem('UPSTREAM_TIMEOUT')`. */
export function connectorProblem(code: ProblemCode, details: Partial<ProblemDetails> = {}): ProblemError {
  return new ProblemError(code, { detail: problemKinds[code].title, ...details })
}

/** The proxy's answer to a call that it refuses. */
export function refusal(request: Request, problem: ProblemError): Response {
  const requestId = requestIdOf(request)
  const headers = new Headers({
    ...alwaysSet,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    [wireHeaders.requestId]: requestId,
    [wireHeaders.error]: problem.code,
    ...(problem.status === 401 && {
      'www-authenticate': problem.code === 'INVALID_SESSION' ? 'Bearer error="invalid_token"' : 'Bearer',
    }),
    ...problem.headers,
  })
  const body = JSON.stringify(toProblemDocument(problem, requestId))
  return new Response(bodyFor(request, problem.status, body), { status: problem.status, headers })
}

/** The proxy's answer to a call whose API answers this. */
export function answer(request: Request, value: unknown): Response {
  if (value instanceof ProblemError) return refusal(request, value)
  const given = value instanceof Response ? value : responseOf(value)
  const headers = new Headers(given.headers)
  // Only the proxy's own failures carry it.
  headers.delete(wireHeaders.error)
  if (!headers.has('cache-control')) headers.set('cache-control', 'private')
  for (const [name, text] of Object.entries(alwaysSet)) headers.set(name, text)
  headers.set(wireHeaders.requestId, requestIdOf(request))
  return new Response(bodyFor(request, given.status, given.body), { status: given.status, headers })
}

function responseOf(value: unknown): Response {
  if (value === undefined) return new Response(null, { status: 204 })
  return typeof value === 'string' ? new Response(value) : Response.json(value)
}

function bodyFor<Body>(request: Request, status: number, body: Body): Body | null {
  return request.method === 'HEAD' || status === 204 || status === 205 || status === 304 ? null : body
}

function requestIdOf(request: Request): string {
  const sent = request.headers.get(wireHeaders.requestId)
  return sent !== null && requestIdPattern.test(sent) ? sent : crypto.randomUUID()
}
