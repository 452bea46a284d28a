/** Undoes the content coding of answers (RFC 9110 §8.4). */
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, type Zlib } from 'node:zlib'
import { ProblemError } from '@sluice/connector-schema'

/** What the proxy asks APIs for: exactly what it can decode. */
export const acceptedCodings = 'gzip, deflate, br'

/** A coding that is undone here. */
export type ContentCoding = 'gzip' | 'deflate' | 'br'

const codings: ReadonlyMap<string, ContentCoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'], // RFC 9110 §8.4.1.3: equivalent
  ['deflate', 'deflate'],
  ['br', 'br'],
])

/**
 * The one coding that `Content-Encoding` fields name, or `undefined` for none. Several at once are refused: nobody
 * needs them, and nested they expand without any bound that the decoded size would show.
 *
 * @throws ProblemError `UPSTREAM_PROTOCOL_ERROR`
 */
export function parseContentEncoding(fields: readonly string[]): ContentCoding | undefined {
  const names = fields
    .flatMap((field) => field.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  const [name] = names
  if (name === undefined) return undefined
  const coding = codings.get(name)
  if (coding === undefined || names.length > 1) {
    const detail = `The answer has a content coding other than one of ${acceptedCodings}.`
    throw new ProblemError('UPSTREAM_PROTOCOL_ERROR', { detail })
  }
  return coding
}

/** A stream that undoes a coding and counts, in `bytesWritten`, the coded bytes that it made use of. */
export type Decoder = Transform & Zlib

/** A decoder; `firstByte` is the first of the coded body. */
export function createDecoder(coding: ContentCoding, firstByte: number): Decoder {
  const options = { chunkSize: 64 * 1024 }
  if (coding === 'gzip') return createGunzip(options)
  if (coding === 'br') return createBrotliDecompress(options)
  // RFC 9110 §8.4.1.2: "deflate" is zlib-wrapped, but some servers send it bare. Method 8 marks the wrapper.
  return (firstByte & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options)
}
