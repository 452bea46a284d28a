/**
 * Where a character of a JSON string's value begins in the string's literal (RFC 8259 §7).
 *
 * @param literal - the literal as the file has it, quotes included, valid JSON
 * @param offset - UTF-16 units into the value; its length gives the closing quote
 * @returns UTF-16 units into the literal
 */
export function offsetInLiteral(literal: string, offset: number): number {
  let at = 1
  for (let passed = 0; passed < offset && at < literal.length - 1; passed++) at += unitLength(literal, at)
  return at
}

/** How much of the literal one UTF-16 unit of the value takes: `\u00e9` is 6, `\n` is 2, `é` is 1. */
function unitLength(literal: string, at: number): number {
  if (literal[at] !== '\\') return 1
  return literal[at + 1] === 'u' ? 6 : 2
}
