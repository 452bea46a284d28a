/**
 * The API behind the contenders. It answers a call of the proxy only where everything arrived that the connector's
 * templates and its API key make, so that no measured exchange can have skipped them.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { escaped, large, small } from '../bodies.ts'
import { apiKey, identity, paths } from '../parties.ts'
import { listen } from './listen.ts'

interface Answer {
  readonly body: Buffer
  readonly cacheControl: string
  readonly etag?: string
}

const answers = new Map<string, Answer>([
  [paths.plain, { body: small, cacheControl: 'no-store' }],
  [paths.plainLarge, { body: large, cacheControl: 'no-store' }],
  [paths.escaped, { body: escaped, cacheControl: 'no-store' }],
  [paths.cacheable, { body: small, cacheControl: 'public, max-age=3600' }],
  [paths.shared, { body: small, cacheControl: 'public, max-age=3600' }],
  [paths.confirmed, { body: small, cacheControl: 'no-cache', etag: '"one"' }],
])

const seen: Record<string, number> = {}

listen(
  createServer((incoming, outgoing) => {
    if (incoming.url === paths.seen) {
      outgoing.end(JSON.stringify(seen))
      return
    }
    const path = pathFor(incoming)
    const answer = answers.get(path)
    seen[path] = (seen[path] ?? 0) + 1
    if (answer === undefined) {
      outgoing.writeHead(400).end()
      return
    }
    const { etag } = answer
    if (etag !== undefined && incoming.headers['if-none-match'] === etag) {
      outgoing.writeHead(304, { etag, 'cache-control': answer.cacheControl }).end()
      return
    }
    outgoing.writeHead(200, {
      'content-type': 'application/json',
      'content-length': answer.body.byteLength,
      'cache-control': answer.cacheControl,
      ...(etag !== undefined && { etag }),
    })
    outgoing.end(answer.body)
  }),
)

/** The path that a request asks for, or nothing where it claims to be the proxy's and is not as it should be. */
function pathFor({ url = '', headers }: IncomingMessage): string {
  if (!url.startsWith(paths.keyed)) return url
  const rest = url.slice(paths.keyed.length)
  const end = rest.indexOf('/by/')
  const rendered = `/by/${identity.userId}?tenant=${identity.tenantId}`
  const whole =
    rest.slice(end) === rendered &&
    headers['x-api-key'] === apiKey &&
    headers['x-user-email'] === identity.email &&
    headers['x-user'] === `${identity.tenantId}/${identity.userId}`
  return whole ? rest.slice(0, end) : ''
}
