import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { jsonSchemas, printJsonSchema } from './json-schema.ts'

test.each(Object.entries(jsonSchemas()))(
  'the checked-in %s is what the zod schema says (run `pnpm generate`)',
  (name, schema) => {
    const file = readFileSync(new URL(`../schema/${name}`, import.meta.url), 'utf8')
    expect(file).toBe(printJsonSchema(schema))
  },
)
