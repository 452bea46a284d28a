import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseKeyRing } from './key-ring.ts'
import { associatedData, createSealing } from './sealing.ts'

const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
const sealing = createSealing(parseKeyRing(`k1:${first}`))
const place = associatedData(['acme', 'api_key', '1'])
const text = Buffer.from('a secret of some length')

test('what was sealed opens under its own associated data, and bears no plain text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.string()), (plain, parts) => {
      const aad = associatedData(parts)
      expect(Buffer.from(sealing.open(sealing.seal(plain, aad), aad) ?? 'x')).toEqual(Buffer.from(plain))
    }),
  )
  expect(Buffer.from(sealing.seal(text, place)).includes('secret')).toBe(false)
})

test('the same value sealed twice has nothing in common: every nonce is fresh', () => {
  const [one, two] = [sealing.seal(text, place), sealing.seal(text, place)]
  expect(one.slice(4, 16)).not.toEqual(two.slice(4, 16))
  expect(one.slice(32)).not.toEqual(two.slice(32))
})

test('a value copied to another tenant, name or version does not open', () => {
  const sealed = sealing.seal(text, place)
  const others = [['other', 'api_key', '1'], ['acme', 'other', '1'], ['acme', 'api_key', '2'], []]
  for (const parts of others) expect(sealing.open(sealed, associatedData(parts))).toBeUndefined()
})

test('no two lists of parts are the same associated data', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, two) => {
      const same = Buffer.from(associatedData(one)).equals(associatedData(two))
      expect(same).toBe(JSON.stringify(one) === JSON.stringify(two))
    }),
  )
})

test('a change of any byte, or a cut at any place, is noticed and does not throw', () => {
  const sealed = sealing.seal(text, place)
  for (let index = 0; index < sealed.byteLength; index++) {
    const changed = Uint8Array.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(sealing.open(changed, place)).toBeUndefined()
    expect(sealing.open(sealed.subarray(0, index), place)).toBeUndefined()
  }
})

test('the first key encrypts, every key of the ring decrypts, a key outside it does not', () => {
  const rotated = createSealing(parseKeyRing(`k2:${second}, k1:${first}`))
  const sealed = rotated.seal(text, place)
  expect(rotated.open(sealing.seal(text, place), place)).toEqual(text)
  expect(createSealing(parseKeyRing(`k2:${second}`)).open(sealed, place)).toEqual(text)
  expect(sealing.open(sealed, place)).toBeUndefined()
})

test('another key under the same id opens nothing', () => {
  const imposter = createSealing(parseKeyRing(`k1:${second}`))
  expect(imposter.open(sealing.seal(text, place), place)).toBeUndefined()
})

test.each([
  ['', 'entry 1'],
  [first, 'entry 1'],
  [`:${first}`, 'entry 1'],
  [`a b:${first}`, 'entry 1'],
  [`k1:${first},k2:short`, 'entry 2'],
  [`k1:${first},`, 'entry 2'],
  [`k1:${randomBytes(16).toString('base64')}`, 'entry 1'],
  [`k1:${randomBytes(33).toString('base64')}`, 'entry 1'],
  [`k1:${first},k1:${second}`, 'twice'],
])('a ring that is not one is refused by place, without showing a key: %#', (ring, reason) => {
  let message = ''
  try {
    parseKeyRing(ring)
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain(reason)
  for (const key of [first, second]) expect(message).not.toContain(key)
})
