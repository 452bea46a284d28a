/** What is looked for of one value: the forms in which it can stand in a text that was decoded already. */
import { EscapeReader, escapeStarts, writeEscape } from './escapes.ts'

/** How a form may differ from its bytes: `+` and space, the case of digits, the alphabet and its line breaks. */
export type FormKind = 'text' | 'hex' | 'base64'

export interface Form {
  readonly kind: FormKind
  readonly bytes: Buffer
  /** Whether it counts in a decoded text only: what decoding left of a value. */
  readonly isRemainder: boolean
}

/** Values of fewer bytes are not searched for: by chance they stand in responses that repeat nothing. */
export const shortestSearchedBytes = 16

/** What decoding leaves of a value is looked for in decoded texts; less than this stands in too many. */
const shortestRemainder = 10

/** All forms of a value of at least `shortestSearchedBytes`. */
export function formsOf(value: string): readonly Form[] {
  const spelled = [Buffer.from(value, 'utf8')]
  if (isLatin1(value)) spelled.push(Buffer.from(value, 'latin1'))
  const forms = new Map<string, Form>()
  const add = (kind: FormKind, bytes: Buffer, isRemainder = false) => {
    const id = `${kind} ${bytes.toString('latin1')}`
    if (!forms.has(id)) forms.set(id, { kind, bytes, isRemainder })
  }
  const texts = spelled.flatMap(decodedForms)
  for (const bytes of texts) add('text', bytes, bytes.length < shortestSearchedBytes)
  for (const bytes of spelled) {
    add('hex', Buffer.from(bytes.toString('hex')))
    for (const form of base64Forms(bytes)) add('base64', form)
  }
  for (const bytes of texts.flatMap(remainders)) add('text', bytes, true)
  return [...forms.values()]
}

/** So many variants of one value are enough for up to six bytes in it that look like the beginning of an escape. */
const maxVariants = 64

/** A value, and what two rounds make of it where it holds what looks like escapes. */
function decodedForms(bytes: Buffer): readonly Buffer[] {
  if (!escapeStarts.some((start) => bytes.includes(start))) return [bytes]
  const once = variantsOf(bytes)
  const twice = once.slice(0, maxVariants).flatMap((variant) => variantsOf(variant).slice(0, maxVariants))
  return [bytes, ...[...once, ...twice].filter(({ length }) => length >= shortestRemainder)]
}

/** A text with any of its escapes decoded: what an encoder wrote in another way is not an escape any more. */
function variantsOf(bytes: Buffer): readonly Buffer[] {
  const found = new EscapeReader(bytes, true)
  let variants: { readonly text: readonly number[]; readonly end: number }[] = [{ text: [], end: 0 }]
  for (let at = 0; at < bytes.length; at++) {
    const decoded =
      found.read(at) === 'whole' && variants.length < maxVariants ? decodedBytes(found) : undefined
    const { end } = found
    variants = variants.flatMap((variant) => {
      if (variant.end > at) return [variant]
      const plain = { text: [...variant.text, bytes[at] ?? 0], end: at + 1 }
      return decoded === undefined ? [plain] : [plain, { text: [...variant.text, ...decoded], end }]
    })
  }
  return variants.map(({ text }) => Buffer.from(text))
}

function decodedBytes(found: EscapeReader): Buffer {
  const target = Buffer.alloc(4)
  return target.subarray(0, writeEscape(target, 0, found))
}

/** Characters beyond ASCII that are one byte in Latin-1. */
function isLatin1(value: string): boolean {
  return /^[\0-\xff]*[\x80-\xff][\0-\xff]*$/.test(value)
}

/** The characters that depend on the value alone, whatever stands before and behind it (RFC 4648 §4). */
function base64Forms(bytes: Buffer): readonly Buffer[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.byteLength) * 8) / 6))
    return Buffer.from(own)
  })
}

/** Beginnings of escapes that may stand right before a value. */
const openings = ['%', '%0', '\\', '\\x', '\\x0', '\\u', '\\u0', '\\u00', '\\u000', '&#', '&#x', '&'].map(
  (text) => Buffer.from(text),
)

/**
 * What is left of a value where its first bytes end an escape that began before it (`%` and then `41…`), or its last
 * ones begin an escape that ends behind it.
 */
function remainders(bytes: Buffer): readonly Buffer[] {
  const heads = new Set([0, ...openings.map((opening) => swallowed(opening, bytes))])
  const tail = openTail(bytes)
  const ends = tail === bytes.length ? [tail] : [tail, bytes.length]
  return [...heads]
    .flatMap((head) => ends.map((end) => bytes.subarray(head, end)))
    .filter(({ length }) => length < bytes.length && length >= shortestRemainder)
}

function swallowed(opening: Buffer, bytes: Buffer): number {
  const found = new EscapeReader(Buffer.concat([opening, bytes]), true)
  const reading = found.read(0)
  return reading === 'whole' && found.end > opening.length ? found.end - opening.length : 0
}

/** Where an escape begins at a value's end that only what follows completes. */
function openTail(bytes: Buffer): number {
  const found = new EscapeReader(bytes, false)
  for (let at = 0; at < bytes.length; ) {
    const reading = found.read(at)
    if (reading === 'partial') return at
    at = reading === 'whole' ? found.end : at + 1
  }
  return bytes.length
}
