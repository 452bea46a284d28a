import { expect, test } from 'vitest'
import { passingHeaders, upstreamLocation, withoutBodyHeaders } from './response-headers.ts'

const names = (headers: readonly (readonly [string, string])[]) => headers.map(([name]) => name)

test.each([
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-authenticate'],
  ...['x-request-id', 'cache-status', 'server-timing', 'x-connector-timing', 'x-connector-error'],
  ...['set-cookie', 'set-cookie2', 'server', 'x-powered-by', 'via', 'alt-svc', 'strict-transport-security'],
  ...['content-security-policy', 'content-security-policy-report-only', 'x-frame-options'],
  ...['clear-site-data', 'refresh', 'www-authenticate', 'access-control-allow-origin'],
  ...['cross-origin-opener-policy', 'service-worker-allowed', 'use-as-dictionary', 'speculation-rules'],
  ...['sourcemap', 'nel', 'report-to', 'reporting-endpoints', 'accept-ch', 'x-accel-redirect', 'x-sendfile'],
  ...[
    'x-reproxy-url',
    'surrogate-control',
    'cdn-cache-control',
    'no-vary-search',
    'vary',
    'expires',
    'pragma',
  ],
  ...['location', 'x-upstream-location', 'x-connector-manifest', 'x-debug-request'],
  ...['x-lighttpd-send-file', 'x-lighttpd-kbytes-per-second', 'x-litespeed-location', 'x-accel-buffering'],
  ...['set-login', 'sec-session-registration', 'sec-session-id', 'activate-storage-access'],
  ...['attribution-reporting-register-source', 'attribution-reporting-register-trigger'],
  ...['origin-agent-cluster', 'permissions-policy', 'referrer-policy', 'content-location'],
  ...['cross-origin-embedder-policy', 'cross-origin-resource-policy', 'service-worker-navigation-preload'],
  ...['access-control-allow-credentials', 'content-encoding', 'critical-ch'],
])('%s never passes from an API', (name) => {
  expect(passingHeaders([[name, 'x']])).toEqual([])
})

test('what Connection names does not pass either', () => {
  const headers = [
    ['connection', 'close, X-Hop'],
    ['x-hop', '1'],
    ['x-stays', '2'],
  ] as const
  expect(names(passingHeaders(headers))).toEqual(['x-stays'])
})

test.each(['a\r\nset-cookie: x=1', 'a\nb', 'nul\0', 'snow ☃'])(
  'a value that HTTP cannot carry is refused where it would pass: %j',
  (value) => {
    expect(() => passingHeaders([['x-data', value]])).toThrow(
      expect.objectContaining({ code: 'UPSTREAM_PROTOCOL_ERROR', stage: 'transform-response' }),
    )
    expect(passingHeaders([['set-cookie', value]])).toEqual([])
  },
)

test('content, links, limits and validators pass', () => {
  const kept = [
    'content-type',
    'content-length',
    'etag',
    'last-modified',
    'link',
    'retry-after',
    'x-ratelimit-limit',
  ]
  expect(names(passingHeaders(kept.map((name) => [name, '1'])))).toEqual(kept)
})

test('a transformed body loses what described the other bytes', () => {
  const described = [
    'content-length',
    'content-range',
    'etag',
    'last-modified',
    'digest',
    'content-digest',
    'repr-digest',
  ]
  const headers = [...described, 'link'].map((name) => [name, 'x'] as const)
  expect(names(withoutBodyHeaders(headers))).toEqual(['link'])
})

test.each([
  ['/leads/7?x=1', '/leads/7?x=1'],
  ['https://api.example.com/leads/7#top', '/leads/7'],
  ['https://other.example.com/leads/7', undefined],
  ['//other.example.com/', undefined],
  ['https://api.example.com:8443/', undefined],
  ['http://[', undefined],
  ['https://api.example.com//evil.example/', undefined],
  ['item', '/item'],
])('Location %s arrives as %s', (location, expected) => {
  const url = new URL('https://api.example.com/leads')
  expect(upstreamLocation([['location', location]], url)).toBe(expected)
})
