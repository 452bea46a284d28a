/** The version of `http-cache-tests` that these expectations are about. */
export const suiteVersion = '0.4.5'

interface Difference {
  readonly reason: string
  /** Identifiers of the suite. */
  readonly tests: readonly string[]
}

/** What the suite wants (`required`) or likes (`optimal`), and the proxy does otherwise. */
export const differences: readonly Difference[] = [
  {
    reason:
      'Not what the RFC says today: a malformed Age is ignored (RFC 9111 §5.1). Later versions of the suite expect ' +
      'what the proxy does.',
    tests: [
      'age-parse-nonnumeric',
      'age-parse-negative',
      'age-parse-float',
      'age-parse-dup-0',
      'age-parse-dup-0-twoline',
      'age-parse-dup-old',
      'age-parse-parameter',
      'age-parse-numeric-parameter',
    ],
  },
  {
    reason:
      'The proxy gives an error (502) and not the stale response, as these tests want. They look at a header that ' +
      'only the API sets, and take its absence for a stored response; later versions look at the status.',
    tests: [
      'stale-close-must-revalidate',
      'stale-close-proxy-revalidate',
      'stale-close-no-cache',
      'stale-close-s-maxage=2',
    ],
  },
  {
    reason:
      'A header that never passes (spec: "Response headers that never pass"): it would act on the origin of the ' +
      'proxy, which is not the API.',
    tests: [
      'headers-store-Content-Security-Policy',
      'headers-store-Clear-Site-Data',
      'headers-store-Set-Cookie2',
      'headers-store-X-Frame-Options',
      '304-etag-update-response-Content-Security-Policy',
      '304-etag-update-response-Clear-Site-Data',
      '304-etag-update-response-Set-Cookie2',
      '304-etag-update-response-X-Frame-Options',
    ],
  },
  {
    reason:
      'A response with Set-Cookie is not stored, and a stored one that a 304 sets a cookie with is forgotten.',
    tests: ['headers-store-Set-Cookie', '304-etag-update-response-Set-Cookie', 'other-set-cookie'],
  },
  {
    reason:
      'The API sends a content or transfer coding that does not exist. The proxy decodes bodies, since it searches ' +
      'them for secrets: one that it cannot read is 502 UPSTREAM_PROTOCOL_ERROR.',
    tests: [
      'headers-store-Content-Encoding',
      'headers-store-Transfer-Encoding',
      '304-etag-update-response-Content-Encoding',
    ],
  },
  {
    reason:
      'A 304 changes no Content-* field of the stored response: frameworks put the default of an empty body there. ' +
      'Later versions only ask what a cache does.',
    tests: ['304-etag-update-response-Content-Foo', '304-etag-update-response-Content-Type'],
  },
  {
    reason:
      'A 304 with another strong ETag confirms no stored response (RFC 9111 §4.3.4), so the proxy asks again without ' +
      "a condition; the suite's API answers that with a status that does not exist. Later versions only ask.",
    tests: ['304-etag-update-response-ETag'],
  },
  {
    reason:
      'Two header lines of a field that has one value, with different values, are 502 UPSTREAM_PROTOCOL_ERROR.',
    tests: ['age-parse-suffix-twoline', 'age-parse-prefix-twoline'],
  },
  {
    reason: 'No connector has the method M-SEARCH.',
    tests: ['invalidate-M-SEARCH', 'invalidate-M-SEARCH-failed', 'invalidate-M-SEARCH-cl'],
  },
  {
    reason:
      "A call's Authorization is the session towards the proxy, never passed on; the adapter leaves it out.",
    tests: [
      'other-authorization',
      'other-authorization-public',
      'other-authorization-must-revalidate',
      'other-authorization-smaxage',
    ],
  },
  {
    reason:
      'A cached connector asks for whole responses: Range is no header that it sends, and 206 is not stored.',
    tests: [
      'partial-use-headers',
      'partial-store-partial-reuse-partial',
      'partial-store-complete-reuse-partial',
      'partial-store-complete-reuse-partial-no-last',
      'partial-store-complete-reuse-partial-suffix',
      'partial-store-partial-reuse-partial-byterange',
      'partial-store-partial-reuse-partial-absent',
      'partial-store-partial-reuse-partial-suffix',
      'partial-store-partial-complete',
    ],
  },
  {
    reason: 'No heuristics: an API that names no lifetime has not said that its response may be reused.',
    tests: [
      'heuristic-200-cached',
      'heuristic-203-cached',
      'heuristic-204-cached',
      'heuristic-404-cached',
      'heuristic-405-cached',
      'heuristic-410-cached',
      'heuristic-414-cached',
      'heuristic-501-cached',
      'heuristic-599-cached',
    ],
  },
  {
    reason: 'Only GET and HEAD are cached.',
    tests: ['method-POST'],
  },
  {
    reason:
      'Request headers are compared as they are sent, and every one of a connector is in its cache key, also those that Vary does not name.',
    tests: [
      'vary-cache-key',
      'vary-normalise-lang-order',
      'vary-normalise-lang-case',
      'vary-normalise-lang-space',
      'vary-normalise-lang-select',
      'vary-normalise-space',
    ],
  },
  {
    reason:
      "A browser's If-None-Match is answered from the ETag of what it would get. If-Modified-Since is not: a " +
      'response without Last-Modified has no time to compare.',
    tests: ['conditional-lm-fresh-no-lm'],
  },
]
