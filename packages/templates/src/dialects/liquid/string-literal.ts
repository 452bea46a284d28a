const named: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

// \u with up to four hexadecimal digits, up to three octal ones, or any one character.
const escaped = /\\(?:u([\dA-Fa-f]{0,4})|([0-7]{1,3})|([\s\S]))/g

/** What is meant by the text between two quotes. */
export function unescaped(written: string): string {
  if (!written.includes('\\')) return written
  return written.replace(escaped, (_, ...[hex, octal, char = '']: (string | undefined)[]) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex || '0', 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    return named[char] ?? char
  })
}
