import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createProgram } from './program.ts'
import { referenceOf } from './reference.ts'

const output = { result: () => {}, note: () => {}, issues: () => {} }
const program = () => createProgram({ output, stop: new AbortController().signal })

test('docs/reference-cli.md is what the program says of itself', () => {
  const page = readFileSync(new URL('../../../docs/reference-cli.md', import.meta.url), 'utf8')
  expect(page).toBe(referenceOf(program()))
})

test('every command explains itself, with examples', () => {
  const page = referenceOf(program())
  const sections = page.split('\n## sluice ').slice(1)
  expect(sections).toHaveLength(program().commands.length)
  for (const section of sections) {
    expect(section).toContain('Usage: sluice')
    expect(section).toMatch(/Examples:\n {2}\$ sluice /)
  }
})

test('no option takes a secret', () => {
  const flags = program().commands.flatMap(({ options }) => options.map(({ long }) => long))
  expect(flags.filter((flag) => /secret|password|token|key/.test(flag ?? ''))).toEqual([])
})
