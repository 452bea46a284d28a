import { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'

/**
 * Reads a stream to its end.
 *
 * @throws whatever `tooLarge` makes when there are more bytes than the limit; the stream is then destroyed
 */
export async function readWhole(
  stream: Readable,
  limitBytes: number,
  tooLarge: () => ProblemError,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > limitBytes) throw tooLarge()
    chunks.push(chunk)
  }
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)
}

/** A stream's bytes where they are few, else the stream again from its beginning. */
export async function readIfSmall(stream: Readable, limitBytes: number): Promise<Uint8Array | Readable> {
  const chunks: Uint8Array[] = []
  let length = 0
  const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  while (length <= limitBytes) {
    const next = await iterator.next()
    if (next.done) return Buffer.concat(chunks, length)
    chunks.push(next.value)
    length += next.value.byteLength
  }
  return Readable.from(rejoined(chunks, iterator), { objectMode: false })
}

/**
 * What is there already: a stream's bytes where it ends within the limit and the time, else the stream again from
 * its beginning.
 */
export async function readAtHand(
  stream: Readable,
  limitBytes: number,
  limitMs: number,
): Promise<Uint8Array | Readable> {
  const chunks: Uint8Array[] = []
  let length = 0
  const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs)
  })
  try {
    let pending: Promise<IteratorResult<Uint8Array>> | undefined
    while (length <= limitBytes) {
      pending = iterator.next()
      const next = await Promise.race([pending, late])
      if (next === undefined) break
      pending = undefined
      if (next.done) return Buffer.concat(chunks, length)
      chunks.push(next.value)
      length += next.value.byteLength
    }
    // Its failure is told to whoever reads on.
    pending?.catch(() => {})
    return Readable.from(rejoined(chunks, iterator, pending), { objectMode: false })
  } finally {
    clearTimeout(timer)
  }
}

/** Does some work on an answer; where it fails, nobody will read the body, so its connection is let go. */
export async function orRelease<Result>(body: Readable, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    body.destroy()
    throw error
  }
}

async function* rejoined(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  pending?: Promise<IteratorResult<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
    for (let next = await (pending ?? rest.next()); !next.done; next = await rest.next()) yield next.value
  } finally {
    // Ends the source when the reader goes away before its end.
    await rest.return?.()
  }
}

/** The problem of a payload over its limit. */
export function payloadTooLarge(limitBytes: number): ProblemError {
  const detail = `A payload may have at most ${limitBytes} bytes`
  return new ProblemError('PAYLOAD_TOO_LARGE', { detail })
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** The text of some bytes without its byte order mark, or `undefined` where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}
