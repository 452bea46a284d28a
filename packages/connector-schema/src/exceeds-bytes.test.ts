import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exceedsBytes } from './exceeds-bytes.ts'

test('a text exceeds a limit where its UTF-8 does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\ud800', '\udc00'), maxLength: 40 })
  fc.assert(
    fc.property(text, fc.nat(130), (value, limit) => {
      expect(exceedsBytes(value, limit)).toBe(Buffer.byteLength(value) > limit)
    }),
    { numRuns: 2000 },
  )
})
