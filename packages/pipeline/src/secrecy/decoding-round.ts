/** One round of decoding, around escapes only: elsewhere a text is what it was before, and was searched. */
import { createDecodedText, type DecodedText } from './decoded-text.ts'
import { EscapeReader, escapeStartsIn, longestEscape } from './escapes.ts'
import type { Stretch } from './stretch.ts'

/** Takes a text piece by piece. */
export interface TextSink {
  take(stretch: Stretch, isEnd: boolean): void
}

export interface DecodingRound {
  /** Takes the text, with so much of what came before as `lookBehind` says; the next lacks what is dropped. */
  take(text: Stretch, step: { readonly isEnd: boolean; readonly dropped: number }): void
}

interface RoundOptions {
  /** No form that is looked for is longer. */
  readonly reach: number
  /** Gets what a region around escapes is decoded to. */
  readonly createNext: () => TextSink
}

/** How much of the text before a piece a round needs: a form may begin there, or an escape that is not whole yet. */
export function lookBehind(reach: number): number {
  return reach + 2 * longestEscape
}

/** A stretch of text around escapes that stand near each other. */
interface Region {
  readonly next: TextSink
  /** Where its last escape ended. */
  lastEnd: number
  /** Up to where it is decoded. */
  copied: number
}

/** A text that is being decoded. */
interface Decoding {
  readonly out: DecodedText
  readonly length: number
  readonly startFrom: (from: number) => number
}

/** Creates a round of decoding. */
export function createDecodingRound({ reach, createNext }: RoundOptions): DecodingRound {
  // What is decoded twice may have an escape of the first round in the midst of one of the second.
  const margin = reach + longestEscape
  let looked = 0
  let region: Region | undefined

  function close(out: DecodedText, ending: Region): void {
    out.copy(ending.copied, ending.lastEnd + margin)
    ending.next.take(out.flush(), true)
    region = undefined
  }

  /** Where the next escape may begin. On its way it decodes what belongs to the region. */
  function nextStart(text: Decoding, from: number): number {
    const limit = region === undefined ? 0 : Math.min(region.lastEnd + margin, text.length)
    if (region === undefined || from >= limit) return text.startFrom(from)
    // Where escapes are near each other, going from byte to byte is faster than looking for the next.
    text.out.copy(region.copied, from)
    region.copied = text.out.copyToStart(from, limit)
    return region.copied < limit ? region.copied : text.startFrom(limit)
  }

  /** Decodes every escape that is whole; gives how far it came. */
  function decodeAll(text: Decoding, found: EscapeReader): number {
    const { out } = text
    let at = nextStart(text, looked)
    for (; at < text.length; at = nextStart(text, at)) {
      const reading = found.read(at)
      if (reading === 'partial') break
      if (reading === 'none') {
        at += 1
        continue
      }
      // Nearer ones are in one region, so that no byte is in two.
      if (region !== undefined && at - region.lastEnd > 2 * margin) close(out, region)
      region ??= { next: createNext(), lastEnd: at, copied: Math.max(0, at - margin) }
      out.copy(region.copied, at)
      out.decode(found, at)
      region.copied = found.end
      region.lastEnd = found.end
      at = found.end
    }
    return at
  }

  return {
    take(text, { isEnd, dropped }) {
      const out = createDecodedText(text)
      const { bytes } = text
      const found = new EscapeReader(bytes, isEnd)
      looked = decodeAll({ out, length: bytes.length, startFrom: escapeStartsIn(bytes) }, found)
      if (region !== undefined) {
        if (!isEnd && looked - region.lastEnd > 2 * margin) close(out, region)
        else {
          const end = Math.max(region.copied, Math.min(looked, region.lastEnd + margin))
          out.copy(region.copied, end)
          region.next.take(out.flush(), isEnd)
          region.copied = end - dropped
          region.lastEnd -= dropped
        }
      }
      looked -= dropped
    },
  }
}
