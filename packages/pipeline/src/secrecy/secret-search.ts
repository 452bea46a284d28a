/**
 * Finds any of some forms in a text by samples: of three bytes at every eighth place. Each form has a stretch of ten
 * bytes of which three are always among them. No look at a text waits for the one before, as skips would.
 */
import type { Form, FormKind } from './forms.ts'

export interface SearchedText {
  readonly bytes: Buffer
  readonly isDecoded: boolean
}

export interface SecretSearch {
  /** Tells every place where a form stands, in no order, some more than once. */
  each(text: SearchedText, onMatch: (begin: number, end: number) => void): void
  /** No form is longer where it stands, line breaks inside it counted. */
  readonly reach: number
}

const anchorBytes = 10
const sampleBytes = 3
const stride = anchorBytes - sampleBytes + 1

/** Three bytes of a form, and how far behind its beginning they stand. */
interface Candidate {
  readonly form: Form
  readonly offset: number
}

/** The candidates by a hash of their bytes. */
interface Table {
  /** By hash, where in the lists; 0 where there are none. */
  readonly slots: Uint16Array
  readonly lists: Candidate[][]
}

/** Small for a key, so that it is quick to build and to look into; for a PEM, of which there are thousands, large. */
const slotsOf = (candidates: number) => (candidates < 1000 ? 1 << 13 : 1 << 15)

/** Bytes that count as one in a form of a kind: what each is read as. */
const folds: Readonly<Record<FormKind, Uint8Array>> = {
  text: foldOf([[' ', '+']]),
  hex: foldOf([...'ABCDEF'].map((digit) => [digit, digit.toLowerCase()])),
  base64: foldOf([
    [' ', '+'],
    ['-', '+'],
    ['_', '/'],
  ]),
}

function foldOf(pairs: readonly (readonly [string, string])[]): Uint8Array {
  const fold = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  for (const [from, to] of pairs) fold[from.charCodeAt(0)] = to.charCodeAt(0)
  return fold
}

/** What a byte of a form may stand as. */
const spelled: Readonly<Record<FormKind, readonly (readonly number[])[]>> = {
  text: spellingsIn(folds.text),
  hex: spellingsIn(folds.hex),
  base64: spellingsIn(folds.base64),
}

function spellingsIn(fold: Uint8Array): readonly (readonly number[])[] {
  const spellings: number[][] = Array.from({ length: 256 }, () => [])
  for (const [byte, meaning] of fold.entries()) spellings[meaning]?.push(byte)
  return spellings
}

/** Builds the search for forms of at least ten bytes, base64 of at least twenty. */
export function createSecretSearch(given: readonly Form[]): SecretSearch {
  const forms = given.map(({ kind, bytes, isRemainder }): Form => {
    return { kind, isRemainder, bytes: Buffer.from(bytes.map((byte) => folds[kind][byte] ?? byte)) }
  })
  const { slots, lists } = tableOf(forms)
  return {
    reach: Math.max(
      ...forms.map(({ kind, bytes }) => bytes.length + (kind === 'base64' ? maxBreaks(bytes.length) : 0)),
    ),
    each({ bytes: text, isDecoded }, onMatch) {
      const last = text.length - sampleBytes + 1
      const look = (at: number) => {
        const list = slotAt(slots, text, at)
        if (list === 0) return
        for (const candidate of lists[list] ?? []) {
          if (candidate.form.isRemainder && !isDecoded) continue
          const match = matchAt(candidate, text, at)
          if (match !== undefined) onMatch(match.begin, match.end)
        }
      }
      let at = 0
      // Four at once: 100 KB take 0.6 of the time that one by one takes.
      for (const end = last - 3 * stride; at < end; at += 4 * stride) {
        const some =
          slotAt(slots, text, at) |
          slotAt(slots, text, at + stride) |
          slotAt(slots, text, at + 2 * stride) |
          slotAt(slots, text, at + 3 * stride)
        if (some !== 0) for (let next = at; next < at + 4 * stride; next += stride) look(next)
      }
      for (; at < last; at += stride) look(at)
    },
  }
}

function slotAt(slots: Uint16Array, text: Buffer, at: number): number {
  const hash = hashOf(text[at] as number, text[at + 1] as number, text[at + 2] as number)
  return slots[hash & (slots.length - 1)] as number
}

function hashOf(first: number, second: number, third: number): number {
  return (first << 10) ^ (second << 5) ^ third
}

interface Match {
  readonly begin: number
  readonly end: number
}

/** Where the form stands of which three bytes seem to stand at a place. */
function matchAt({ form, offset }: Candidate, text: Buffer, at: number): Match | undefined {
  const fold = folds[form.kind]
  // Most are others that have the same hash.
  if (fold[text[at] ?? 0] !== form.bytes[offset] || fold[text[at + 1] ?? 0] !== form.bytes[offset + 1]) {
    return undefined
  }
  const end = edge(text, form, { at, index: offset, step: 1 })
  if (end === undefined) return undefined
  const before = edge(text, form, { at: at - 1, index: offset - 1, step: -1 })
  return before === undefined ? undefined : { begin: before + 1, end }
}

/** Amid the form, where fewer texts are alike; of base64 two, since a line may break within one. */
function anchorsOf({ kind, bytes }: Form): readonly number[] {
  if (kind !== 'base64') return [(bytes.length - anchorBytes) >> 1]
  const first = (bytes.length - 2 * anchorBytes) >> 1
  return [first, first + anchorBytes]
}

function tableOf(forms: readonly Form[]): Table {
  const candidates = forms.flatMap((form) =>
    anchorsOf(form).flatMap((anchor) =>
      Array.from({ length: stride }, (_, index): Candidate => ({ form, offset: anchor + index })),
    ),
  )
  const table: Table = { slots: new Uint16Array(slotsOf(candidates.length)), lists: [[]] }
  for (const candidate of candidates) add(table, candidate)
  return table
}

function add({ slots, lists }: Table, candidate: Candidate): void {
  for (const hash of hashesOf(candidate)) {
    const slot = hash & (slots.length - 1)
    if (slots[slot] === 0) slots[slot] = lists.push([]) - 1
    lists[slots[slot] ?? 0]?.push(candidate)
  }
}

/** Of the three bytes in all ways in which they may stand in a text. */
function hashesOf({ form: { kind, bytes }, offset }: Candidate): readonly number[] {
  const [first = 0, second = 0, third = 0] = bytes.subarray(offset, offset + sampleBytes)
  const asTheyAre = hashOf(first, second, third)
  const others = [first, second, third].map((byte) => spelled[kind][byte] ?? [byte])
  if (others.every(({ length }) => length === 1)) return [asTheyAre]
  // No encoder mixes the cases of hex.
  if (kind === 'hex') return [asTheyAre, hashOf(upperCase(first), upperCase(second), upperCase(third))]
  const [ones = [], twos = [], threes = []] = others
  return ones.flatMap((one) => twos.flatMap((two) => threes.map((three) => hashOf(one, two, three))))
}

function upperCase(digit: number): number {
  return digit >= 0x61 ? digit - 0x20 : digit
}

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** Line breaks may stand inside base64 (RFC 2045 §6.8); lines of under sixteen characters are no lines. */
function maxBreaks(length: number): number {
  return 2 * Math.ceil(length / 16)
}

/**
 * Goes from inside a form to one of its ends; gives the first place beyond it, or nothing where the text is another or
 * ends before.
 */
function edge(
  text: Buffer,
  { kind, bytes }: Form,
  from: { readonly at: number; readonly index: number; readonly step: 1 | -1 },
): number | undefined {
  const fold = folds[kind]
  const { step } = from
  let { at, index } = from
  let breaks = kind === 'base64' ? maxBreaks(bytes.length) : 0
  while (index >= 0 && index < bytes.length) {
    const byte = text[at]
    if (byte === undefined) return undefined
    if (fold[byte] === bytes[index]) index += step
    else if (breaks > 0 && (byte === lineFeed || byte === carriageReturn)) breaks -= 1
    else return undefined
    at += step
  }
  return at
}
