/** Where a held text may be cut although more is to come: nothing that is searched for goes on across such a place. */

const [lineFeed, carriageReturn, space, del] = [0x0a, 0x0d, 0x20, 0x7f]
const marks: ReadonlySet<number> = new Set([...'"<>'].map((mark) => mark.charCodeAt(0)))

/** How much of what was let go already has to be looked at: some of a line of base64, and two line breaks. */
export const contextBytes = 8

/** As many characters of base64 at the end of a line may be the line of a wrapped text, which goes on. */
const wrappedBytes = 4

/**
 * The place behind the last separator: a control character, a space, `"`, `<` or `>`. A line break behind base64 is
 * none, for encoders break its lines.
 *
 * @param text - what is held, behind so much of what was let go as `from` says
 * @returns `from` where there is none
 */
export function behindLastSeparator(
  text: Buffer,
  { from, spaceSeparates }: { readonly from: number; readonly spaceSeparates: boolean },
): number {
  for (let at = text.length - 1; at >= from; at--) {
    const byte = text[at] ?? 0
    if (isLineBreak(byte)) {
      if (endsText(text, at)) return at + 1
    } else if (byte === space) {
      if (spaceSeparates) return at + 1
    } else if (byte < space || byte === del || marks.has(byte)) return at + 1
  }
  return from
}

function isLineBreak(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn
}

/** Whether a line break is no mere break of a line of base64: two in a row, or something else before it. */
function endsText(text: Buffer, at: number): boolean {
  if (isBlankLine(text, at)) return true
  let before = at
  while (isLineBreak(text[before])) before--
  const end = text.subarray(Math.max(0, before + 1 - wrappedBytes), before + 1)
  return end.length < wrappedBytes || !/^[\w+/=-]+$/.test(end.toString('latin1'))
}

/** Whether the line that ends with this byte is empty. */
function isBlankLine(text: Buffer, at: number): boolean {
  const begin = text[at] === lineFeed && text[at - 1] === carriageReturn ? at - 1 : at
  return begin > 0 && isLineBreak(text[begin - 1])
}

/** The place behind the last event of a `text/event-stream` that is whole: behind an empty line; 0 where there is none. */
export function behindLastEvent(text: Buffer): number {
  for (let at = text.length - 1; at > 0; at--) {
    if (isLineBreak(text[at]) && isBlankLine(text, at)) return at + 1
  }
  return 0
}
