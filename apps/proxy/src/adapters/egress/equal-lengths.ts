/**
 * RFC 9110 §8.6: where a `Content-Length` came more than once, or as a list that some proxy made, equal values count as
 * one. undici's parser refuses both; what is left to it here is everything else, different values first of all.
 */

const lengthLine = /\r\ncontent-length:([^\r\n]*)/gi
const sameNumbers = /^[ \t]*([0-9]+)(?:[ \t]*,[ \t]*\1)*[ \t]*$/

/**
 * The bytes of a response whose head ends at `headEnd`, with one length where it had several equal ones; else the very
 * same bytes.
 */
export function withOneLength(bytes: Buffer, headEnd: number): Buffer {
  const head = bytes.toString('latin1', 0, headEnd)
  const values = [...head.matchAll(lengthLine)].map(([, value = '']) => value)
  if (values.length === 0 || (values.length === 1 && values[0]?.includes(',') === false)) return bytes
  const numbers = new Set(values.map((value) => sameNumbers.exec(value)?.[1]))
  const [number] = numbers
  if (numbers.size > 1 || number === undefined) return bytes
  const without = head.replace(lengthLine, '')
  return Buffer.concat([
    Buffer.from(`${without}\r\nContent-Length: ${number}`, 'latin1'),
    bytes.subarray(headEnd),
  ])
}
