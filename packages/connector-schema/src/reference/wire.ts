import { executePath, maxParamsHeaderLength, requestIdPattern, sessionCookie, wireHeaders } from '../wire.ts'
import { code, table } from './table.ts'

type WireHeader = keyof typeof wireHeaders

const sent = {
  pathParams: `path parameters, \`application/x-www-form-urlencoded\`, at most ${maxParamsHeaderLength} characters; each key once`,
  headerParams:
    "header overrides, under the same rules. The browser's own headers are never forwarded and never count as overrides",
  csrfToken: 'required beside a session in a cookie',
} as const satisfies Partial<Record<WireHeader, string>>

/** Every other header: the type demands a line for each. */
const answered: Readonly<Record<Exclude<WireHeader, keyof typeof sent>, string>> = {
  requestId: `always; a call may send its own, ${code(requestIdPattern.source)}, and anything else is replaced`,
  error: 'the problem code, present only where the proxy itself answers: without it the API answered',
  timing: 'JSON: `request_id`, `total_ms`, `internal_ms`, `external_ms`, `breakdown`, `cache_hit`',
  upstreamLocation: 'path and query of a `Location` of the same origin, on 2xx and on a 303 that passes',
}

const rowsOf = (headers: Partial<Record<WireHeader, string>>) =>
  Object.entries(headers).map(([key, meaning]) => [code(wireHeaders[key as WireHeader]), meaning])

/** `docs/reference-wire.md`. */
export function wirePage(): string {
  const path = decodeURIComponent(executePath('{permalink}'))
  return `${[
    `# The wire

What travels between a widget and the proxy; the SDK writes and reads it for you. Names of headers are in lower case
here; HTTP does not mind. This page is written from the code
(\`npx -y pnpm@12 --filter @sluice/connector-schema generate\`); a test compares the two.`,
    '## A call',
    `\`\`\`text\n{METHOD} {base}/${path}?{query overrides}\n\`\`\``,
    `The method is the connector's. A repeated query key sends all its values where its constraints allow \`multiple\`, or
where it has none. The body is the payload, of any content type.

The session is \`Authorization: Bearer <JWT>\`, or the cookie \`${sessionCookie}\`; both at once is 400.`,
    table(['request header', 'meaning'], rowsOf(sent)),
    '## An answer',
    "The API's status, its headers as far as they may pass, and its body, transformed where the connector says so; and:",
    table(
      ['response header', 'meaning'],
      [
        ...rowsOf(answered),
        ['`cache-status`', 'RFC 9211: what the cache decided, e.g. `sluice; hit; ttl=42`'],
        ['`server-timing`', '`setup`, `transform`, `auth`, `cache`, `external`, `total`, in milliseconds'],
        [
          '`ratelimit`, `ratelimit-policy`, `retry-after`',
          'where limits of the proxy apply: one entry a limit, named by its scope (`"user";r=3;t=12`), with its window where several count the same (`"user-60"`)',
        ],
      ],
    ),
    `Every answer is \`X-Content-Type-Options: nosniff\` with \`Content-Security-Policy: sandbox; default-src 'none'\`: HTML of
an API must not run on the platform's origin. \`Set-Cookie\` and whatever else an API could steer the browser with never
pass. \`Cache-Control\` has the whole lifetime, with \`Age\` where the response is stored: subtract the one from the
other. A 303 after a POST, PUT, PATCH or DELETE passes without \`Location\`, unless the connector follows it.

Failures of the proxy: [\`reference-problems.md\`](reference-problems.md).`,
    '## Bodies and streams',
    `A body is passed on as it comes. The head waits for its first byte (50 ms where nothing is searched for secrets), so
that a response which is broken from the start is a problem with a code. A failure after that resets the connection: a
body that ends is whole, also behind a proxy that speaks HTTP/1.0. Header bytes are passed as they came. A header that
has one value and came with two different ones is 502 \`UPSTREAM_PROTOCOL_ERROR\`, and so is a 304 that was not asked for.

\`text/event-stream\` is neither stored nor shared, each event leaves when it ends, and \`X-Accel-Buffering: no\` tells
nginx to hold none back. An API may be silent for 120 s in one, comments counted, and for 15 s in any other body. A stream
may last 30 minutes. A caller that reads nothing for 30 s of what waits for it, or less than 1 KiB a second over 60 s, is
cut, and the log says that it was the caller (\`fault: "caller"\`). The limits are the operator's:
[\`README.md\`](../README.md).

A payload that passes through keeps its \`Content-Length\`.`,
    '## The manifest',
    `\`GET {base}/connectors/manifest\` answers \`{ version, connectors: { [permalink]: … } }\`: of the connectors that the
session may call, what a call may send, and nothing of where it goes. It has an \`ETag\`. With \`?documentation\` it also
has \`documentation: { [permalink]: { name, description, response_schema } }\`, from which \`sluice types --url\` writes the
same file as from the registry.`,
    '## What is refused whatever it is for',
    `A request that servers could read in two ways is 400 \`INVALID_REQUEST\`, behind the responses before it on its
connection, which then ends: a version that is neither 1.1 nor 1.0, \`Transfer-Encoding\` on 1.0, \`#\` in the target, an
absolute target for another host, dot segments in any spelling, CONNECT.

A call that a browser loads as a document, script or other resource (\`Sec-Fetch-Dest\` is there and is not \`empty\`) is
403 \`ORIGIN_NOT_ALLOWED\`: use \`fetch\` or the SDK. Preflights may name the headers above, \`Idempotency-Key\`,
\`X-Connector-Digest\`, and what monitoring scripts add to every call (\`baggage\`, \`sentry-trace\`, \`newrelic\`,
\`x-datadog-*\`), which is ignored.

With \`unlisted_parameters: "allow"\` a call may send \`_\` and any other query key but those that equal a listed or
reserved one without case (Unicode simple case folding) and brackets, and never \`_method\`, \`_httpmethod\`,
\`callback\`, \`jsonp\`, \`access_token\`, \`api_key\`, \`apikey\`, \`token\`.`,
    '## The order of refusals',
    `Session (401), connector (404), method (405), roles, origin and CSRF (403), rate limit (429), the call itself (400).
A caller without a session gets 401 for every permalink that is unknown or not anonymous.`,
  ].join('\n\n')}\n`
}
