import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkSchema } from './check-schema.ts'
import { schemaHolders, valueRules } from './keywords.ts'

/** Another implementation, with the meta-schemas as they are published. */
const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false, logger: false })

const isSchema = (value: unknown) => ajv.validate('https://json-schema.org/draft/2020-12/schema', value)

/** Values at the edge of some keyword's rule. */
const edges = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  1e300,
  '',
  'a',
  'a b',
  '#',
  'https://a.example.com/x#',
  'https://a.example.com/#x',
  'string',
  'integer',
  [],
  ['a'],
  ['a', 'a'],
  ['string', 'null'],
  ['string', 'string'],
  ['string', 1],
  [true],
  [1],
  {},
  { a: true },
  { a: 1 },
  { a: ['b'] },
  { a: ['b', 'b'] },
  { a: [] },
  { type: 'nothing' },
  [{ type: 'nothing' }],
  { a: { minimum: '1' } },
)
const keyword = fc.constantFrom(
  ...Object.keys(valueRules),
  ...Object.keys(schemaHolders),
  'x-unknown',
  'const',
)

const { schema: schemas } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.dictionary(keyword, edges, { maxKeys: 3 }),
    fc.dictionary(keyword, fc.oneof(edges, tie('schema'), fc.array(tie('schema'), { maxLength: 2 })), {
      maxKeys: 3,
    }),
    fc.record({ properties: fc.dictionary(fc.constantFrom('a', '$ref', 'type'), tie('schema')) }),
  ),
}))

test('every keyword of the meta-schemas is known, with the same verdict on every value', () => {
  for (const name of [...Object.keys(valueRules), ...Object.keys(schemaHolders)]) {
    for (const value of fc.sample(edges, { numRuns: 400, seed: 1 })) {
      const schema = { [name]: value }
      expect([schema, checkSchema(schema).length === 0]).toEqual([schema, isSchema(schema)])
    }
  }
})

test('what the meta-schemas of draft 2020-12 refuse is refused, and nothing else', () => {
  fc.assert(
    fc.property(schemas, (schema) => {
      const isValid = isSchema(JSON.parse(JSON.stringify(schema)))
      expect([schema, checkSchema(schema).length === 0]).toEqual([schema, isValid])
    }),
    { numRuns: 1000 },
  )
})

test('no keyword of the meta-schemas is missing from the tables', () => {
  const parts = [
    'core',
    'applicator',
    'unevaluated',
    'validation',
    'meta-data',
    'format-annotation',
    'content',
  ]
  const urls = [...parts.map((part) => `meta/${part}`), 'schema']
  const known = urls.flatMap((url) => {
    const compiled = ajv.getSchema(`https://json-schema.org/draft/2020-12/${url}`)?.schema
    return Object.keys(Object(Object(compiled).properties))
  })
  expect(known.length).toBeGreaterThan(60)
  // May have any value.
  const free = ['const', 'default']
  expect(new Set([...Object.keys(valueRules), ...Object.keys(schemaHolders), ...free])).toEqual(
    new Set(known),
  )
})

test.each([
  [{ anyOf: [{}, { required: 'a' }] }, [['anyOf', 1, 'required']]],
  [
    { properties: { a: { type: 1 }, b: { minLength: -1 } } },
    [
      ['properties', 'a', 'type'],
      ['properties', 'b', 'minLength'],
    ],
  ],
  [{ $defs: { a: 1 }, not: [] }, [['$defs', 'a'], ['not']]],
  [{ const: { type: 1 }, enum: [{ type: 1 }], default: { type: 1 } }, []],
])('the mistakes in %j are at %j', (schema, paths) => {
  expect(checkSchema(schema).map(({ path }) => path)).toEqual(paths)
})
