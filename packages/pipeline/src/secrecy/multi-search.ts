/**
 * Finds any of some byte strings in one pass that skips most of the text (Wu and Manber, 1994): two bytes at the
 * end of a window tell how far it may move. Cheap to build, since tokens differ from exchange to exchange.
 */

/** Where something was found. */
export interface Match {
  readonly begin: number
  readonly end: number
}

export interface MultiSearch {
  /** The first match that begins at `from` or later. */
  find(text: Buffer, from: number): Match | undefined
  /** Where the end of the text begins that could go on as one of the strings: its length if it could not. */
  openEnd(text: Buffer, from: number): number
}

const tableBits = 13
const tableSize = 1 << tableBits

/** What a search takes besides its strings. */
export const tableBytes: number = tableSize

/** A longer window skips no further than a byte of the table says. */
const longestWindow = 64

/** Builds the search for strings of at least two bytes. */
export function createMultiSearch(strings: readonly Buffer[]): MultiSearch {
  const window = Math.min(longestWindow, ...strings.map(({ length }) => length))
  const longest = Math.max(...strings.map(({ length }) => length))
  const shifts = new Uint8Array(tableSize).fill(window - 1)
  const endings = groupBy(strings, window - 2)
  const beginnings = groupBy(strings, 0)
  for (const string of strings) {
    for (let at = 0; at + 1 < window; at++) {
      const slot = slotOf(string, at)
      shifts[slot] = Math.min(shifts[slot] ?? 0, window - 2 - at)
    }
  }

  /** The end of the longest string that stands at a place. */
  function matchAt(text: Buffer, begin: number): number | undefined {
    let end: number | undefined
    for (const string of endings.get(slotOf(text, begin + window - 2)) ?? []) {
      const candidate = begin + string.length
      if (candidate > text.length || candidate <= (end ?? 0)) continue
      if (string.compare(text, begin, candidate) === 0) end = candidate
    }
    return end
  }

  function couldGoOn(text: Buffer, begin: number): boolean {
    const length = text.length - begin
    const candidates = length === 1 ? strings : (beginnings.get(slotOf(text, begin)) ?? [])
    return candidates.some(
      (string) => string.length > length && string.compare(text, begin, text.length, 0, length) === 0,
    )
  }

  return {
    find(text, from) {
      let begin = from
      while (begin + window <= text.length) {
        const shift = shifts[slotOf(text, begin + window - 2)] ?? 0
        if (shift > 0) {
          begin += shift
          continue
        }
        const end = matchAt(text, begin)
        if (end !== undefined) return { begin, end }
        begin++
      }
      return undefined
    },
    openEnd(text, from) {
      for (let begin = Math.max(from, text.length - longest + 1); begin < text.length; begin++) {
        const isCandidate = begin + 1 === text.length || beginnings.has(slotOf(text, begin))
        if (isCandidate && couldGoOn(text, begin)) return begin
      }
      return text.length
    },
  }
}

function groupBy(strings: readonly Buffer[], at: number): ReadonlyMap<number, readonly Buffer[]> {
  return Map.groupBy(strings, (string) => slotOf(string, at))
}

function slotOf(text: Buffer, at: number): number {
  return (((text[at] ?? 0) << (tableBits - 8)) ^ (text[at + 1] ?? 0)) & (tableSize - 1)
}
