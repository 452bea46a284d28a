/**
 * What of a response may go out while it is searched. How much is held does not depend on what is searched for, nor on
 * what is found so far: a caller that watches what leaves learns nothing (spec/04, "Response scan").
 */

import { behindLastEvent, behindLastSeparator, contextBytes } from './early-release.ts'
import type { InjectedSearch } from './injected-search.ts'
import { masked } from './secret.ts'
import { createStreamScan, type StreamScan } from './stream-scan.ts'

export interface WindowOptions {
  readonly search: InjectedSearch
  /** Whether what is found is replaced. */
  readonly redacts: boolean
  /** Hears of the first that is found; what it throws ends the response. */
  readonly onFound: () => void
  /** Whether the response is a `text/event-stream`: its events go out as they end. */
  readonly isEvents?: boolean
}

/** Something that was found, by its place in the stream. */
interface Mark {
  begin: number
  end: number
}

const redacted = Buffer.from(masked, 'utf8')

/** Takes a body piece by piece, and gives what may go out. */
export class ResponseWindow {
  readonly #options: WindowOptions
  readonly #scan: StreamScan
  readonly #held: Buffer[] = []
  #heldBytes = 0
  /** Where in the stream the first byte that is held stood. */
  #begin = 0
  /** The end of what was let go, and of what came. */
  #context: Buffer = nothing
  #recent: Buffer = nothing
  /** In order, none touching another. */
  readonly #marks: Mark[] = []

  constructor(options: WindowOptions) {
    const { search, redacts, onFound } = options
    this.#options = options
    this.#scan = createStreamScan({
      search: search.secrets,
      locates: redacts,
      onMatch: (begin, end) => {
        onFound()
        this.#mark(begin, end)
      },
    })
  }

  /** What may go out now that a piece has come: all but the last bytes of the window. */
  take(piece: Buffer): readonly Buffer[] {
    const { search, isEvents = false } = this.#options
    this.#scan.take(piece)
    this.#held.push(piece)
    this.#heldBytes += piece.length
    const full = this.#heldBytes - search.windowBytes
    const event = isEvents && search.mayReleaseEarly ? this.#behindLastEvent(piece) : 0
    return this.#release(Math.max(full, event, 0))
  }

  /** What may go out although nothing has come for a while. */
  pause(): readonly Buffer[] {
    const { mayReleaseEarly, spaceSeparates } = this.#options.search
    // guard: no-early-release
    if (!mayReleaseEarly || this.#heldBytes === 0) return []
    const from = this.#context.length
    const text = Buffer.concat([this.#context, ...this.#held])
    return this.#release(behindLastSeparator(text, { from, spaceSeparates }) - from)
  }

  /** The rest, once no more comes. */
  end(): readonly Buffer[] {
    this.#scan.end()
    return this.#release(this.#heldBytes)
  }

  /** The whole of a body that came in one piece. */
  whole(bytes: Buffer): readonly Buffer[] {
    this.#scan.take(bytes)
    this.#held.push(bytes)
    this.#heldBytes = bytes.length
    return this.end()
  }

  #behindLastEvent(piece: Buffer): number {
    const text = Buffer.concat([this.#recent, piece])
    this.#recent = Buffer.from(text.subarray(-contextBytes))
    const end = behindLastEvent(text)
    return end === 0 ? 0 : this.#heldBytes - (text.length - end)
  }

  #release(count: number): readonly Buffer[] {
    if (count <= 0) return []
    const out: Buffer[] = []
    let left = count
    while (left > 0) {
      const piece = this.#held[0] ?? nothing
      const part = piece.length <= left ? piece : piece.subarray(0, left)
      if (part === piece) this.#held.shift()
      else this.#held[0] = piece.subarray(left)
      left -= part.length
      this.#put(part, out)
    }
    this.#heldBytes -= count
    return out
  }

  #put(part: Buffer, out: Buffer[]): void {
    const end = this.#begin + part.length
    let at = this.#begin
    for (const mark of this.#marks) {
      if (mark.begin >= end) break
      if (mark.begin > at) out.push(part.subarray(at - this.#begin, mark.begin - this.#begin))
      // Its beginning is where the text is replaced; the rest of it goes with nothing in its place.
      if (mark.begin >= this.#begin) out.push(redacted)
      at = Math.max(at, Math.min(mark.end, end))
    }
    if (at < end) out.push(at === this.#begin ? part : part.subarray(at - this.#begin))
    this.#begin = end
    while (this.#marks[0] !== undefined && this.#marks[0].end <= end) this.#marks.shift()
    this.#context = Buffer.concat([this.#context, part.subarray(-contextBytes)]).subarray(-contextBytes)
  }

  #mark(begin: number, end: number): void {
    if (!this.#options.redacts || end <= this.#begin) return
    const others = this.#marks.filter((mark) => mark.end <= begin || mark.begin >= end)
    const overlapping = this.#marks.filter((mark) => mark.end > begin && mark.begin < end)
    const mark = {
      begin: Math.min(begin, ...overlapping.map((one) => one.begin)),
      end: Math.max(end, ...overlapping.map((one) => one.end)),
    }
    this.#marks.splice(0, this.#marks.length, ...[...others, mark].sort((a, b) => a.begin - b.begin))
  }
}

const nothing: Buffer = Buffer.alloc(0)
