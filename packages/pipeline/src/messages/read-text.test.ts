import { expect, test } from 'vitest'
import { type ReadText, readText } from './payload.ts'

const json = '{"a":"é"}'
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16()
const utf16 = Buffer.from(json, 'utf16le')
const wide = Buffer.concat([...json].map((char) => Buffer.from([char.charCodeAt(0), 0, 0, 0])))

const unread = (encoding: 'UTF-16' | 'UTF-32' | undefined): ReadText => ({ text: undefined, encoding })

test.each<[string, Buffer, ReadText]>([
  ['UTF-8', Buffer.from(json), { text: json }],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${json}`), { text: json }],
  ['ASCII', Buffer.from('{}'), { text: '{}' }],
  ['nothing', Buffer.alloc(0), { text: '' }],
  ['one byte', Buffer.from('7'), { text: '7' }],
  ['Latin-1', Buffer.from(json, 'latin1'), unread(undefined)],
  ['UTF-16, little end first', utf16, unread('UTF-16')],
  ['UTF-16, big end first', swapped(utf16), unread('UTF-16')],
  ['UTF-16 with its mark', Buffer.from(`\ufeff${json}`, 'utf16le'), unread('UTF-16')],
  ['UTF-16 with its mark, big end first', swapped(Buffer.from(`\ufeff${json}`, 'utf16le')), unread('UTF-16')],
  ['UTF-16 of ASCII alone', Buffer.from('7', 'utf16le'), unread('UTF-16')],
  ['UTF-32', wide, unread('UTF-32')],
  ['UTF-32 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), wide]), unread('UTF-32')],
  ['UTF-32, big end first', Buffer.concat([Buffer.from([0, 0, 0]), wide.subarray(0, -3)]), unread('UTF-32')],
  ['a zero further on', Buffer.from('ab\0'), { text: 'ab\0' }],
])('%s', (_, bytes, expected) => {
  expect(readText(bytes)).toEqual(expected)
})
