/**
 * The search of a stream: as it came, and after one and two rounds of decoding. It runs over the whole stream and never
 * starts again: what was let go is remembered as far as something that is looked for may begin in it.
 */
import { createDecodingRound, lookBehind, type TextSink } from './decoding-round.ts'
import type { SecretSearch } from './secret-search.ts'
import { endOfStretch, joinedStretch, placeAt, type Stretch } from './stretch.ts'

/** How often a text is decoded. */
const rounds = 2

export interface StreamScan {
  take(piece: Buffer): void
  /** No more comes. */
  end(): void
}

export interface ScanOptions {
  readonly search: SecretSearch
  /** Hears where in the stream something stands, in no order, some places more than once. */
  readonly onMatch: (begin: number, end: number) => void
  /** Whether the places are asked for; else they are 0 wherever something was decoded. */
  readonly locates: boolean
}

/** Begins the search of a stream. */
export function createStreamScan(options: ScanOptions): StreamScan {
  const text = createText(options, rounds)
  let offset = 0
  const take = (bytes: Buffer, isEnd: boolean) => {
    text.take(options.locates ? { bytes, begins: offset, ends: offset + 1 } : unplaced(bytes), isEnd)
    offset += bytes.length
  }
  return {
    take: (piece) => take(piece, false),
    end: () => take(nothing, true),
  }
}

/** Searches a whole text. */
export function scanWhole(bytes: Buffer, options: ScanOptions): void {
  const text = createText(options, rounds)
  text.take(options.locates ? { bytes, begins: 0, ends: 1 } : unplaced(bytes), true)
}

const nothing = Buffer.alloc(0)

function unplaced(bytes: Buffer): Stretch {
  return { bytes, begins: undefined, ends: undefined }
}

/** The text after some rounds. */
function createText(options: ScanOptions, roundsLeft: number): TextSink {
  const { search, onMatch } = options
  const createNext = () => createText(options, roundsLeft - 1)
  const round = roundsLeft === 0 ? undefined : createDecodingRound({ reach: search.reach, createNext })
  const kept = lookBehind(search.reach)
  let tail = unplaced(nothing)
  return {
    take(stretch, isEnd) {
      const known = tail.bytes.length
      const text = joinedStretch(tail, stretch)
      search.each({ bytes: text.bytes, isDecoded: roundsLeft < rounds }, (begin, end) => {
        // Else it was told when its last byte came.
        if (end > known) onMatch(placeAt(text.begins, begin), placeAt(text.ends, end - 1))
      })
      const dropped = Math.max(0, text.bytes.length - kept)
      round?.take(text, { isEnd, dropped })
      tail = isEnd ? unplaced(nothing) : endOfStretch(text, dropped)
    },
  }
}
