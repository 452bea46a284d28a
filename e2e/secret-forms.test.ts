import { expect, test } from 'vitest'
import { secretForms } from './harness/secret-forms.ts'

test('the search finds a secret in every spelling, whatever stands around it', () => {
  const secret = 'sk-"live"&<0123456789>'
  for (const before of ['', 'a', 'ab', 'abc']) {
    const text = `${before}${secret} and more`
    const spellings = [
      text,
      JSON.stringify(text),
      encodeURIComponent(text),
      Buffer.from(text).toString('hex'),
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('base64url'),
    ]
    for (const spelling of spellings) {
      expect(
        secretForms(secret).some((form) => spelling.includes(form)),
        spelling,
      ).toBe(true)
    }
  }
})
