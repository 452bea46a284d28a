/** An answer's body on its way: decoded, counted, and as slow as its reader. */
import { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import { type ContentCoding, createDecoder, type Decoder } from './decode.ts'
import type { EgressLimits } from './limits.ts'

/** Small bodies may expand as they like: a page of spaces is no attack. */
const ratioFloorBytes = 1024 * 1024

/** The exchange that a body belongs to. */
interface Source {
  pause(): void
  resume(): void
  /** The body ended in failure. */
  fail(error: Error): void
  /** The body is over, read to its end or not. */
  release(): void
}

/** A readable stream that the exchange feeds through `receive` and `complete`. */
export class AnswerBody extends Readable {
  readonly #source: Source
  readonly #coding: ContentCoding | undefined
  readonly #limits: EgressLimits
  #decoder: Decoder | undefined
  #receivedBytes = 0
  #decodedBytes = 0

  constructor(source: Source, coding: ContentCoding | undefined, limits: EgressLimits) {
    super()
    this.#source = source
    this.#coding = coding
    this.#limits = limits
    // Nobody may be listening (yet) when it fails; that must not end the process.
    this.on('error', () => {})
  }

  /** Takes bytes as they came over the wire. */
  receive(chunk: Buffer): void {
    if (this.destroyed) return
    this.#receivedBytes += chunk.length
    if (this.#coding === undefined) {
      if (!this.#deliver(chunk)) this.#source.pause()
      return
    }
    this.#decoder ??= this.#startDecoder(this.#coding, chunk)
    if (!this.#decoder.write(chunk)) this.#source.pause()
  }

  /** The last byte has come. */
  complete(): void {
    // A coded body without a single byte is an empty body: servers send it so, though no decoder would accept it.
    if (this.#decoder === undefined) this.push(null)
    else this.#decoder.end()
  }

  override _read(): void {
    if (this.#decoder === undefined) this.#source.resume()
    else this.#decoder.resume()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#decoder?.destroy()
    this.#source.release()
    callback(error)
  }

  #startDecoder(coding: ContentCoding, chunk: Buffer): Decoder {
    const decoder = createDecoder(coding, chunk[0] ?? 0)
    decoder.on('data', (decoded: Buffer) => {
      if (!this.#deliver(decoded)) decoder.pause()
    })
    decoder.on('drain', () => this.#source.resume())
    decoder.on('error', (cause) => this.#failDecoding(coding, cause))
    decoder.on('end', () => {
      // Decoders stop at the end of the coded data and overlook what follows, even a body that is then cut short.
      if (decoder.bytesWritten === this.#receivedBytes) this.push(null)
      else this.#failDecoding(coding)
    })
    return decoder
  }

  #failDecoding(coding: ContentCoding, cause?: unknown): void {
    const detail = `The body of the answer is not valid ${coding}.`
    this.#source.fail(new ProblemError('UPSTREAM_PROTOCOL_ERROR', { detail, cause }))
  }

  /** Gives decoded bytes to the reader; false when it has enough for now. */
  #deliver(chunk: Buffer): boolean {
    this.#decodedBytes += chunk.length
    const { maxBodyBytes, maxExpansionRatio } = this.#limits
    if (this.#decodedBytes > maxBodyBytes) {
      this.#source.fail(tooLarge(maxBodyBytes))
      return false
    }
    const isBomb = this.#decodedBytes > Math.max(ratioFloorBytes, this.#receivedBytes * maxExpansionRatio)
    if (isBomb) {
      const detail = `The answer expands to more than ${maxExpansionRatio} times what was sent.`
      this.#source.fail(new ProblemError('UPSTREAM_RESPONSE_TOO_LARGE', { detail }))
      return false
    }
    return this.push(chunk)
  }
}

/** The problem of an answer over the limit. */
export function tooLarge(maxBodyBytes: number): ProblemError {
  const detail = `The answer is larger than ${maxBodyBytes} bytes.`
  return new ProblemError('UPSTREAM_RESPONSE_TOO_LARGE', { detail })
}
