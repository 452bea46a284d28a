import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openDevKeyRing } from './dev-key-ring.ts'

let folder = ''

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'sluice-keys-')), '.sluice')
})

test('a key is made once, for its owner only, and is the same the next time', () => {
  const made = openDevKeyRing(folder).current
  expect(readdirSync(folder)).toEqual(['encryption-keys'])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'encryption-keys')).mode & 0o777).toBe(0o600)
  expect(openDevKeyRing(folder).current.key.equals(made.key)).toBe(true)
})

test('a key that others can read is not used', () => {
  openDevKeyRing(folder)
  chmodSync(join(folder, 'encryption-keys'), 0o644)
  expect(() => openDevKeyRing(folder)).toThrow('open to others')
})

test('a file that holds no key is refused and left alone', () => {
  openDevKeyRing(folder)
  writeFileSync(join(folder, 'encryption-keys'), 'dev:nonsense\n')
  expect(() => openDevKeyRing(folder)).toThrow('entry 1')
})
