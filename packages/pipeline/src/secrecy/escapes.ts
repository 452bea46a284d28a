/** The escapes by which encoders write characters, read from bytes: JSON's, JavaScript's, URLs' and HTML's. */

/** What stands at a place: no escape, a whole one, or the beginning of what may become one. */
export type Reading = 'none' | 'whole' | 'partial'

/** The escape that was read last. */
export interface FoundEscape {
  /** Where the text goes on behind it. */
  readonly end: number
  /** A byte as it is, or a code point. */
  readonly value: number
  readonly isByte: boolean
}

/** `&#x`, ten digits and a semicolon. */
export const longestEscape = 14
const maxDigits = 10

const [percent, backslash, ampersand, hash, semicolon] = [0x25, 0x5c, 0x26, 0x23, 0x3b]

/** Every byte with which an escape can begin. */
export const escapeStarts: readonly number[] = [percent, backslash, ampersand]

/** The same as a table. */
export const isEscapeStart: Uint8Array = new Uint8Array(256)
for (const start of escapeStarts) isEscapeStart[start] = 1

/**
 * Gives the next place where an escape may begin, the length where there is none. For texts with few: each of the three
 * bytes is looked for once, with 1.8 µs for 100 KB that hold none of them.
 */
export function escapeStartsIn(text: Buffer): (from: number) => number {
  let [nextPercent, nextBackslash, nextAmpersand] = [-1, -1, -1]
  return (from) => {
    if (nextPercent < from) nextPercent = placeOf(text, percent, from)
    if (nextBackslash < from) nextBackslash = placeOf(text, backslash, from)
    if (nextAmpersand < from) nextAmpersand = placeOf(text, ampersand, from)
    return Math.min(nextPercent, nextBackslash, nextAmpersand)
  }
}

function placeOf(text: Buffer, byte: number, from: number): number {
  const at = text.indexOf(byte, from)
  return at === -1 ? text.length : at
}

interface HexShape {
  readonly skip: number
  readonly digits: number
  readonly isByte: boolean
}

const percentByte: HexShape = { skip: 1, digits: 2, isByte: true }
const backslashByte: HexShape = { skip: 2, digits: 2, isByte: true }
const unit: HexShape = { skip: 2, digits: 4, isByte: false }

/** RFC 8259 §7, and what JavaScript and Python write besides. */
const shortEscapes = new Uint8Array(256)
for (const [letter, meaning] of ['""', "''", '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  shortEscapes[letter?.charCodeAt(0) ?? 0] = meaning?.charCodeAt(0) ?? 0
}

const named: readonly (readonly [name: string, value: number])[] = [
  ['amp;', 0x26],
  ['lt;', 0x3c],
  ['gt;', 0x3e],
  ['quot;', 0x22],
  ['apos;', 0x27],
]

/** Reads escapes of one text. What was read last is its own: a body may hold thousands. */
export class EscapeReader implements FoundEscape {
  end = 0
  value = 0
  isByte = true
  readonly #text: Uint8Array
  readonly #isEnd: boolean

  /** @param isEnd - whether nothing follows the text, so that what is not whole never will be */
  constructor(text: Uint8Array, isEnd: boolean) {
    this.#text = text
    this.#isEnd = isEnd
  }

  /** Reads the escape that begins at a place. */
  read(at: number): Reading {
    const reading = this.#read(at)
    return reading === 'partial' && this.#isEnd ? 'none' : reading
  }

  #read(at: number): Reading {
    switch (this.#text[at]) {
      case percent:
        return this.#hex(at, percentByte)
      case backslash:
        return this.#backslash(at)
      case ampersand:
        return this.#reference(at)
      default:
        return 'none'
    }
  }

  #found(end: number, value: number, isByte: boolean): Reading {
    this.end = end
    this.value = value
    this.isByte = isByte
    return 'whole'
  }

  /** A fixed number of hexadecimal digits (RFC 3986 §2.1, RFC 8259 §7). */
  #hex(at: number, { skip, digits, isByte }: HexShape): Reading {
    let value = 0
    const end = at + skip + digits
    for (let index = at + skip; index < end; index++) {
      if (index >= this.#text.length) return 'partial'
      const digit = hexDigit(this.#text[index] ?? 0)
      if (digit < 0) return 'none'
      value = value * 16 + digit
    }
    return this.#found(end, value, isByte)
  }

  #backslash(at: number): Reading {
    const kind = this.#text[at + 1]
    if (kind === undefined) return 'partial'
    if (kind === 0x78) return this.#hex(at, backslashByte)
    if (kind === 0x75) return this.#unit(at)
    const value = shortEscapes[kind] ?? 0
    return value === 0 ? 'none' : this.#found(at + 2, value, true)
  }

  /** `\uXXXX`; what lies beyond 16 bits comes as two of them. */
  #unit(at: number): Reading {
    const first = this.#hex(at, unit)
    const { value: high, end } = this
    if (first !== 'whole' || high < 0xd800 || high > 0xdbff) return first
    const next = this.#text.subarray(end, end + 2)
    if (next.length < 2 && (next.length === 0 || next[0] === backslash)) return 'partial'
    const second = next[0] === backslash && next[1] === 0x75 ? this.#hex(end, unit) : 'none'
    if (second === 'partial') return 'partial'
    const low = this.value
    return second === 'whole' && low >= 0xdc00 && low <= 0xdfff
      ? this.#found(this.end, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), false)
      : this.#found(end, high, false)
  }

  #reference(at: number): Reading {
    const text = this.#text
    const first = text[at + 1]
    if (first === undefined) return 'partial'
    if (first === hash) return this.#number(at)
    for (const [name, value] of named) {
      if (first !== name.charCodeAt(0)) continue
      let length = 1
      while (length < name.length && text[at + 1 + length] === name.charCodeAt(length)) length++
      if (length === name.length) return this.#found(at + 1 + length, value, true)
      if (at + 1 + length === text.length) return 'partial'
    }
    return 'none'
  }

  /** `&#43;` or `&#x2b;`. Browsers read it without its semicolon too. */
  #number(at: number): Reading {
    const text = this.#text
    const isHex = ((text[at + 2] ?? 0) | 0x20) === 0x78
    const begin = at + (isHex ? 3 : 2)
    let value = 0
    let end = begin
    for (; end < text.length; end++) {
      const digit = hexDigit(text[end] ?? 0)
      if (digit < 0 || (!isHex && digit > 9)) break
      if (end - begin === maxDigits) return 'none'
      value = value * (isHex ? 16 : 10) + digit
    }
    if (end >= text.length && !this.#isEnd) return 'partial'
    if (end === begin || value === 0 || value > 0x10ffff) return 'none'
    return this.#found(text[end] === semicolon ? end + 1 : end, value, false)
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** Writes what an escape is for, as UTF-8; gives where it ends. No escape is shorter than what it is for. */
export function writeEscape(target: Uint8Array, at: number, { value, isByte }: FoundEscape): number {
  if (isByte || value < 0x80) {
    target[at] = value
    return at + 1
  }
  if (value < 0x800) {
    target[at] = 0xc0 | (value >> 6)
    target[at + 1] = 0x80 | (value & 0x3f)
    return at + 2
  }
  if (value < 0x10000) {
    target[at] = 0xe0 | (value >> 12)
    target[at + 1] = 0x80 | ((value >> 6) & 0x3f)
    target[at + 2] = 0x80 | (value & 0x3f)
    return at + 3
  }
  target[at] = 0xf0 | (value >> 18)
  target[at + 1] = 0x80 | ((value >> 12) & 0x3f)
  target[at + 2] = 0x80 | ((value >> 6) & 0x3f)
  target[at + 3] = 0x80 | (value & 0x3f)
  return at + 4
}

/** A whole text after one round of decoding. */
export function decodedOnce(text: Buffer): Buffer {
  const target = Buffer.allocUnsafe(text.length)
  const found = new EscapeReader(text, true)
  let length = 0
  for (let at = 0; at < text.length; ) {
    if (found.read(at) === 'whole') {
      length = writeEscape(target, length, found)
      at = found.end
    } else {
      target[length] = text[at] ?? 0
      length += 1
      at += 1
    }
  }
  return target.subarray(0, length)
}
