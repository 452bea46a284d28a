import { type FoundEscape, isEscapeStart, writeEscape } from './escapes.ts'
import { placeAt, type Stretch } from './stretch.ts'

/** What decoding makes of a text, piece by piece; in all it is never longer than the text. */
export interface DecodedText {
  /** Bytes of the text as they are. */
  copy(begin: number, end: number): void
  /** The same, up to a byte with which an escape can begin; gives where that, or the end, is. */
  copyToStart(begin: number, end: number): number
  /** What an escape is for. */
  decode(found: FoundEscape, at: number): void
  /** What was written since the last time. */
  flush(): Stretch
}

interface Places {
  readonly begins: Float64Array
  readonly ends: Float64Array
}

/** Begins to decode a text. Room is made once there is something to write. */
export function createDecodedText({ bytes, begins, ends }: Stretch): DecodedText {
  let target = empty
  let places: Places | undefined
  let from = 0
  let length = 0

  function makeRoom(): void {
    if (target.length > 0) return
    target = Buffer.allocUnsafe(bytes.length)
    if (begins === undefined) return
    places = { begins: new Float64Array(bytes.length), ends: new Float64Array(bytes.length) }
  }

  /** Where bytes of the text came from, which were written at the end. */
  function place(begin: number, end: number): void {
    if (places === undefined) return
    for (let index = begin, at = length; index < end; index++, at++) {
      places.begins[at] = placeAt(begins, index)
      places.ends[at] = placeAt(ends, index)
    }
  }

  return {
    copy(begin, end) {
      if (end <= begin) return
      makeRoom()
      bytes.copy(target, length, begin, end)
      place(begin, end)
      length += end - begin
    },
    copyToStart(begin, end) {
      makeRoom()
      let at = begin
      let to = length
      for (; at < end; at++, to++) {
        const byte = bytes[at] as number
        if (isEscapeStart[byte] === 1) break
        target[to] = byte
      }
      place(begin, at)
      length = to
      return at
    },
    decode(found, at) {
      makeRoom()
      const end = writeEscape(target, length, found)
      places?.begins.fill(placeAt(begins, at), length, end)
      places?.ends.fill(placeAt(ends, found.end - 1), length, end)
      length = end
    },
    flush() {
      const part = {
        bytes: target.subarray(from, length),
        begins: places?.begins.subarray(from, length),
        ends: places?.ends.subarray(from, length),
      }
      from = length
      return part
    },
  }
}

const empty: Buffer = Buffer.alloc(0)
