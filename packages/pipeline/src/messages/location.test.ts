import { expect, test } from 'vitest'
import { resolveLocation } from './location.ts'

const base = new URL('https://api.example.com/a/b?c')
const asLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

test.each([
  ['/ok', 'https://api.example.com/ok'],
  ['x?y#z', 'https://api.example.com/a/x?y#z'],
  [asLatin1('/報告?q=é'), 'https://api.example.com/%E5%A0%B1%E5%91%8A?q=%C3%A9'],
  [asLatin1('https://bücher.example/ß'), 'https://xn--bcher-kva.example/%C3%9F'],
  ['/caf\xe9', 'https://api.example.com/caf%E9'],
  ['/%C3%A9', 'https://api.example.com/%C3%A9'],
])('%j leads to %s', (value, href) => {
  expect(resolveLocation(value, base)?.href).toBe(href)
})

test.each(['http://[', 'https://\xff.example/', 'https://%ff.example/'])('%j is no URL', (value) => {
  expect(resolveLocation(value, base)).toBeUndefined()
})
