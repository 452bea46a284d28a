import type { IncomingMessage } from 'node:http'

/**
 * Some servers take Basic credentials as they are, though RFC 6749 §2.3.1 has both parts form-encoded: under
 * `/raw` this one does. The library behind decodes, so what it gets is encoded here.
 */
export function readRawBasic(incoming: IncomingMessage): void {
  if (incoming.url?.startsWith('/raw/') !== true) return
  incoming.url = incoming.url.slice('/raw'.length)
  const [, encoded] = /^Basic (\S+)$/i.exec(incoming.headers.authorization ?? '') ?? []
  if (encoded === undefined) return
  const pair = Buffer.from(encoded, 'base64').toString()
  const colon = pair.indexOf(':')
  const parts = [pair.slice(0, colon), pair.slice(colon + 1)].map((part) =>
    new URLSearchParams({ v: part }).toString().slice(2),
  )
  incoming.headers.authorization = `Basic ${Buffer.from(parts.join(':')).toString('base64')}`
}
