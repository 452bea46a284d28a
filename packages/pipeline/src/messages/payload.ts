import { Readable } from 'node:stream'
import type { ProblemError } from '@sluice/connector-schema'

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
  return joined(chunks)
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

/** What was read of a stream, and whether that is the whole. */
export interface AtHand {
  readonly pieces: readonly Buffer[]
  /** Where not, the stream goes on with what follows the pieces. */
  readonly isWhole: boolean
}

/**
 * Reads until a stream's end, for more bytes than the limit, or for some milliseconds, whichever comes first. By
 * events, for that costs a tenth of what iterating does.
 */
export function readAtHand(stream: Readable, limitBytes: number, limitMs: number): Promise<AtHand> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let length = 0
    const settle = () => {
      clearTimeout(timer)
      stream.off('readable', onReadable).off('end', onEnd).off('error', fail).off('close', onClose)
    }
    const giveOver = (isWhole: boolean) => {
      settle()
      resolve({ pieces, isWhole })
    }
    const onReadable = () => {
      for (let piece: Buffer | null = stream.read(); piece !== null; piece = stream.read()) {
        pieces.push(piece)
        length += piece.byteLength
        if (length > limitBytes) return giveOver(false)
      }
    }
    const onEnd = () => giveOver(true)
    const fail = (error: Error) => {
      settle()
      reject(error)
    }
    const onClose = () => fail(stream.errored ?? new Error('The stream ended before its time'))
    const timer = setTimeout(giveOver, limitMs, false)
    if (stream.readableEnded) return onEnd()
    if (stream.destroyed) return onClose()
    stream.on('readable', onReadable).on('end', onEnd).on('error', fail).on('close', onClose)
  })
}

/** Pieces of bytes in a row; where only one has any, it is not copied. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first, ...more] = pieces.filter(({ byteLength }) => byteLength > 0)
  return first !== undefined && more.length === 0 ? first : Buffer.concat(pieces)
}

/** Does some work on an answer; where it fails, nobody will read the body, so its connection is let go. */
export function orRelease<Result>(
  body: Readable,
  work: () => Result | Promise<Result>,
): Result | Promise<Result> {
  const release = (error: unknown): never => {
    body.destroy()
    throw error
  }
  try {
    const result = work()
    return result instanceof Promise ? result.catch(release) : result
  } catch (error) {
    return release(error)
  }
}

async function* rejoined(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    // Ends the source when the reader goes away before its end.
    await rest.return?.()
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** Some bytes as text, or what they are where that can be told. */
export type ReadText =
  | { readonly text: string; readonly encoding?: undefined }
  | { readonly text: undefined; readonly encoding: 'UTF-16' | 'UTF-32' | undefined }

/**
 * The text of some bytes, where they are UTF-8, without its byte order mark. UTF-16 without one is mostly valid UTF-8 too,
 * full of NUL: no text begins with that.
 */
export function readText(bytes: Uint8Array): ReadText {
  const encoding = wideEncoding(bytes)
  const text = encoding === undefined ? decodeUtf8(bytes) : undefined
  return text === undefined ? { text, encoding } : { text }
}

/** By the byte order mark, or by where the first character has its zeros. */
function wideEncoding([a, b, c, d]: Uint8Array): 'UTF-16' | 'UTF-32' | undefined {
  const isMarked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
  if (a === 0 && b === 0) return 'UTF-32'
  if ((isMarked || (a !== undefined && a !== 0 && b === 0)) && c === 0 && d === 0) return 'UTF-32'
  return isMarked || a === 0 || b === 0 ? 'UTF-16' : undefined
}

/** The text of some bytes without its byte order mark, or `undefined` where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}
