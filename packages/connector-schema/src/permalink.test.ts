import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivePermalink, maxPermalinkLength, permalinkPattern } from './permalink.ts'

test.each([
  ['Idea endorsements', 'idea-endorsements'],
  ['  CRM: Create — Lead!! ', 'crm-create-lead'],
  ['Łódź über Ærø', 'lodz-uber-aero'],
  ['Straße', 'strasse'],
  ['v2', 'v2'],
])('%s becomes %s', (name, permalink) => {
  expect(derivePermalink(name)).toBe(permalink)
})

test.each(['', '!!!', '日本語', '—'])('nothing can be derived from "%s"', (name) => {
  expect(derivePermalink(name)).toBeUndefined()
})

test('whatever the name, a derived permalink is a valid one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const permalink = derivePermalink(name)
      if (permalink === undefined) return
      expect(permalink).toMatch(permalinkPattern)
      expect(permalink.length).toBeLessThanOrEqual(maxPermalinkLength)
    }),
  )
})
