import { finished, Readable } from 'node:stream'
import type { EchoSieve } from './response-window.ts'

/** A body of which some pieces may have gone through the sieve already. */
interface HalfSieved {
  /** What the sieve gave for these. */
  readonly begun: readonly Buffer[]
  readonly source: Readable
  readonly sieve: EchoSieve
}

/**
 * A body as it leaves the sieve; destroying it destroys the source. By events, for `stream.pipeline` ends even the
 * best of bodies with an abort of its own, whose `DOMException` costs more than the search.
 */
export class SievedBody extends Readable {
  readonly #source: Readable
  readonly #sieve: EchoSieve

  constructor({ begun, source, sieve }: HalfSieved) {
    super()
    this.#source = source
    this.#sieve = sieve
    // Nobody may be listening (yet) when it fails; that must not end the process.
    this.on('error', () => {})
    for (const piece of begun) this.push(piece)
    // Flows as soon as somebody reads.
    source.pause().on('data', (piece: Buffer) => this.#receive(piece))
    finished(source, { writable: false }, (error) => (error ? this.destroy(error) : this.#complete()))
  }

  override _read(): void {
    this.#source.resume()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#source.destroy()
    callback(error)
  }

  #receive(piece: Buffer): void {
    if (this.destroyed) return
    try {
      for (const clean of this.#sieve.take(piece)) if (!this.push(clean)) this.#source.pause()
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error('The search failed', { cause: error }))
    }
  }

  #complete(): void {
    if (this.destroyed) return
    this.push(this.#sieve.rest())
    this.push(null)
  }
}
