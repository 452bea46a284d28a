import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { problemCodes } from '../problem.ts'
import { wireHeaders } from '../wire.ts'
import { referencePages } from './pages.ts'

test.each(Object.entries(referencePages()))(
  'docs/%s is what the code says (run `pnpm generate`)',
  (name, page) => {
    expect(readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')).toBe(page)
  },
)

test('every problem and every header of the wire has a row', () => {
  const pages = referencePages()
  for (const code of problemCodes) expect(pages['reference-problems.md']).toContain(`| \`${code}\` |`)
  for (const header of Object.values(wireHeaders))
    expect(pages['reference-wire.md']?.toLowerCase()).toContain(`| \`${header}\` |`)
})

test('every field of a definition says what it means', () => {
  const rows = referencePages()['reference-definition.md']?.match(/^\| `.*$/gm) ?? []
  expect(rows.length).toBeGreaterThan(50)
  // Limits alone say too little.
  const silent = rows.filter((row) =>
    /\|\s*(?:(?:at least|at most|shortest|longest|fewest|most|matches) .*)?\s*\|$/.test(row),
  )
  expect(silent).toEqual([])
})
