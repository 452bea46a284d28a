import type { Readable } from 'node:stream'

/**
 * Waits until a body has something to read, has ended, or for some milliseconds. Until then no head is sent, so that a
 * response which is broken from its first byte on is a problem with a code. Gives no promise where nothing is waited for.
 *
 * @throws what the body failed with
 */
export function bodyBegins(body: Readable, limitMs: number): undefined | Promise<void> {
  if (body.readableLength > 0 || body.readableEnded) return undefined
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer)
      body.off('readable', begun).off('end', begun).off('error', failed).off('close', closed)
      end()
    }
    const begun = () => settle(resolve)
    const failed = (error: unknown) => settle(() => reject(error))
    const closed = () => failed(body.errored ?? new Error('The body ended before its time.'))
    const timer = Number.isFinite(limitMs) ? setTimeout(begun, limitMs) : undefined
    if (body.destroyed) return closed()
    body.on('readable', begun).on('end', begun).on('error', failed).on('close', closed)
  })
}
