import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mendPem } from './mend-pem.ts'
import { importSigningKey, SigningKeyError } from './signing-key.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pems = [
  String(rsa.export({ type: 'pkcs8', format: 'pem' })),
  String(rsa.export({ type: 'pkcs1', format: 'pem' })),
  String(ec.export({ type: 'pkcs8', format: 'pem' })),
  String(ec.export({ type: 'sec1', format: 'pem' })),
]
const pkcs8 = pems[0] ?? ''
const lines = (pem: string) => pem.trim().split('\n')

describe('a PEM is mended', () => {
  test.each<[string, (pem: string) => string]>([
    ['as it is', (pem) => pem],
    ['without its last line break', (pem) => pem.trimEnd()],
    ['with literal \\n', (pem) => pem.replaceAll('\n', '\\n')],
    ['with literal \\r\\n', (pem) => pem.replaceAll('\n', '\\r\\n')],
    ['with literal \\n, escaped twice', (pem) => pem.replaceAll('\n', '\\\\n')],
    ['in one line', (pem) => pem.replaceAll('\n', '')],
    ['in one line, with spaces', (pem) => pem.replaceAll('\n', ' ')],
    ['without any space', (pem) => pem.replace(/\s/g, '')],
    [
      'indented',
      (pem) =>
        lines(pem)
          .map((line) => `    ${line}`)
          .join('\n'),
    ],
    [
      'with tabs and spaces at the ends',
      (pem) =>
        lines(pem)
          .map((line) => `${line} \t`)
          .join('\n'),
    ],
    ['with CRLF', (pem) => pem.replaceAll('\n', '\r\n')],
    ['with CR alone', (pem) => pem.replaceAll('\n', '\r')],
    ['with empty lines between', (pem) => pem.replaceAll('\n', '\n\n')],
    ['in quotes', (pem) => JSON.stringify(pem)],
    ['behind a byte order mark', (pem) => `\ufeff${pem}`],
    [
      'behind the parameters of its curve',
      (pem) => `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`,
    ],
  ])('%s', (_, change) => {
    for (const pem of pems) expect(mendPem(change(pem))).toBe(pem)
  })

  test('wherever its lines are broken, and with whatever', () => {
    const gap = fc.constantFrom('\n', '\r\n', '\r', ' ', '\t', '\\n', '\\r\\n', '\\\\n', '', '\n\n', '\n   ')
    const body = lines(pkcs8).slice(1, -1).join('')
    const cuts = fc.array(fc.record({ at: fc.nat(body.length), gap }), { maxLength: 40 })
    fc.assert(
      fc.property(cuts, gap, gap, (breaks, first, last) => {
        let text = body
        for (const { at, gap: broken } of [...breaks].sort((a, b) => b.at - a.at)) {
          text = text.slice(0, at) + broken + text.slice(at)
        }
        const pem = `-----BEGIN PRIVATE KEY-----${first}${text}${last}-----END PRIVATE KEY-----`
        expect(mendPem(pem)).toBe(pkcs8)
      }),
    )
  })
})

test('what is no PEM, or has headers, is left to the parser', () => {
  for (const text of ['', 'a secret', '{"kty":"RSA"}', '-----BEGIN PRIVATE KEY-----']) {
    expect(mendPem(text)).toBe(text)
  }
  const encrypted = String(
    rsa.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
  )
  expect(mendPem(encrypted)).toBe(encrypted)
  expect(() => importSigningKey(encrypted, 'RS256')).toThrow(SigningKeyError)
})

test('a key signs as the same key, however it was written', () => {
  for (const text of [pkcs8.replaceAll('\n', '\\n'), pkcs8.replaceAll('\n', ' ')]) {
    expect(importSigningKey(text, 'RS256').equals(createPrivateKey(pkcs8))).toBe(true)
  }
})

test.each<[string, object, string]>([
  [
    'a service-account file',
    { type: 'service_account', private_key: pkcs8 },
    'whole service-account file in JSON',
  ],
  ['a file with a key in it', { private_key: pkcs8 }, 'store the value of its member `private_key` alone'],
  ['a set of keys', { keys: [rsa.export({ format: 'jwk' })] }, 'store one key of it alone'],
])('%s in place of a key is named as that, and nothing of it is told', (_, file, message) => {
  for (const algorithm of ['RS256', 'HS256'] as const) {
    const read = () => importSigningKey(JSON.stringify(file), algorithm)
    expect(read).toThrow(SigningKeyError)
    expect(read).toThrow(message)
    expect(read).not.toThrow(/MII|BEGIN/)
  }
})
