import { finished, Readable } from 'node:stream'
import { joined } from '../messages/payload.ts'
import type { ResponseWindow } from './response-window.ts'

/** How long nothing comes before what is certain goes out. */
const silenceMs = 100

interface Scanned {
  /** What came already. */
  readonly begun: readonly Buffer[]
  readonly source: Readable
  readonly window: ResponseWindow
}

/** How a body begins: whole, before anything left; or with something that may leave. */
export type Beginning = { readonly isWhole: true; readonly bytes: Uint8Array } | { readonly isWhole: false }

/**
 * A body as it leaves the window; destroying it destroys the source. By events, for `stream.pipeline` ends even the
 * best of bodies with an abort of its own, whose `DOMException` costs more than the search.
 */
export class ScannedBody extends Readable {
  readonly #source: Readable
  readonly #window: ResponseWindow
  #silence: NodeJS.Timeout | undefined
  #onBegin: ((beginning: Beginning) => void) | undefined

  constructor({ begun, source, window }: Scanned) {
    super()
    this.#source = source
    this.#window = window
    // No one may be listening (yet) when it fails; that must not end the process.
    this.on('error', () => {})
    for (const piece of begun) this.#receive(piece)
    source.pause().on('data', (piece: Buffer) => this.#receive(piece))
    finished(source, { writable: false }, (error) => (error ? this.destroy(error) : this.#complete()))
  }

  /**
   * Waits until something may leave, or the end is there.
   *
   * @throws what the source failed with, and what a find throws
   */
  begin(): Promise<Beginning> {
    return new Promise((resolve, reject) => {
      if (this.errored) return reject(this.errored)
      if (this.readableLength > 0) return resolve({ isWhole: false })
      this.once('close', () => reject(this.errored ?? new Error('The response was given up')))
      this.#onBegin = resolve
      this.#source.resume()
    })
  }

  override _read(): void {
    this.#source.resume()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#silence)
    this.#source.destroy()
    callback(error)
  }

  #receive(piece: Buffer): void {
    this.#attempt(() => {
      this.#listen()
      this.#let(this.#window.take(piece))
    })
  }

  /** Each piece begins the time anew. */
  #listen(): void {
    if (this.#silence === undefined) {
      this.#silence = setTimeout(() => this.#attempt(() => this.#let(this.#window.pause())), silenceMs)
    } else this.#silence.refresh()
  }

  #let(pieces: readonly Buffer[]): void {
    if (pieces.length === 0) return
    this.#tellBeginning({ isWhole: false })
    for (const piece of pieces) if (!this.push(piece)) this.#source.pause()
  }

  #complete(): void {
    this.#attempt(() => {
      clearTimeout(this.#silence)
      const rest = this.#window.end()
      if (this.#onBegin === undefined) for (const piece of rest) this.push(piece)
      else this.#tellBeginning({ isWhole: true, bytes: joined(rest) })
      this.push(null)
    })
  }

  #tellBeginning(beginning: Beginning): void {
    this.#onBegin?.(beginning)
    this.#onBegin = undefined
  }

  #attempt(work: () => void): void {
    if (this.destroyed) return
    try {
      work()
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error('The search failed', { cause: error }))
    }
  }
}
