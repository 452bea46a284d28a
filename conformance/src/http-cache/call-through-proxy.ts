import { connectorMethods, encodePairs, executePath, wireHeaders } from '@sluice/connector-schema'
import { stash } from 'http-cache-tests/server/utils.mjs'
import type { SuiteApi } from './suite-api.ts'

/** Request headers of the suite that mean something to an API: a call may override them. */
const overridable = ['Foo', 'Bar', 'Baz', 'Other', 'Abc', 'Accept-Language']

/** Headers of the suite that would make a call one of a session. They go nowhere. */
const ofSessions = ['authorization', 'cookie']

/** Response headers that our contract replaces or leaves out (the suite looks for the API's before it begins). */
const replaced = ['cache-control', 'expires', 'pragma', 'vary', 'location', 'content-location']

/** Connectors that pass on everything that the suite sends: one for each method. */
export function passingConnectors(api: SuiteApi): readonly object[] {
  return connectorMethods.map((method) => ({
    name: permalinkOf(method),
    url: `${api.url}/test/{{ pathParams.rest }}`,
    method,
    headers: overridable.map((key) => ({ key, value: '', overridable: true })),
    path_parameters: [{ key: 'rest', format: 'path' }],
    unlisted_parameters: 'allow',
  }))
}

/** A `fetch` for the suite, which calls a connector where the suite would call its API through a cache. */
export function callThroughProxy(proxyUrl: string, api: SuiteApi) {
  return async (target: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname, search } = new URL(target)
    const [, kind, testId = '', ...rest] = pathname.split('/')
    if (kind !== 'test') return fetch(target, init)
    const { method = 'GET', body = null } = init
    const sent = [...new Headers(init.headers)]
    // Tests share lists of headers, so the suite adds this one more than once.
    const requestNumber = Number.parseInt(new Headers(init.headers).get('req-num') ?? '', 10)
    api.expect(testId, requestNumber)
    const response = await fetch(`${proxyUrl}/${executePath(permalinkOf(method))}${search}`, {
      method,
      body,
      headers: headersOf(sent, [testId, ...rest].join('/')),
      redirect: 'manual',
    })
    return withApisOwnHeaders(response, { testId, requestNumber })
  }
}

function permalinkOf(method: string): string {
  const known = connectorMethods.find((candidate) => candidate === method)
  return `pass-${(known ?? 'GET').toLowerCase()}`
}

function headersOf(sent: readonly (readonly [string, string])[], rest: string): Headers {
  const isOverride = ([name]: readonly [string, string]) =>
    overridable.some((key) => key.toLowerCase() === name)
  const headers = new Headers(
    sent.filter((pair) => !isOverride(pair) && !ofSessions.includes(pair[0])).map(([...pair]) => pair),
  )
  headers.set(wireHeaders.pathParams, encodePairs([['rest', rest]]))
  const overrides = sent.filter(isOverride)
  if (overrides.length > 0) headers.set(wireHeaders.headerParams, encodePairs(overrides))
  return headers
}

/** The response with the headers that our contract replaces as its API sent them. */
function withApisOwnHeaders(
  response: Response,
  { testId, requestNumber }: { readonly testId: string; readonly requestNumber: number },
): Response {
  const madeFor = Number(response.headers.get('client-request-count'))
  const record = stash.get(testId)?.find(({ request_num }) => request_num === madeFor)
  if (record === undefined) return response
  // A response that is not a stored one has the time that it took counted into the API's Age.
  const names = madeFor === requestNumber ? [...replaced, 'age'] : replaced
  const headers = new Headers(response.headers)
  for (const name of replaced) headers.delete(name)
  for (const [name, value] of record.response_headers) {
    if (names.includes(name.toLowerCase())) headers.set(name, [value].flat().join(', '))
  }
  const { status, statusText } = response
  return new Response([204, 205, 304].includes(status) ? null : response.body, {
    status,
    statusText,
    headers,
  })
}
