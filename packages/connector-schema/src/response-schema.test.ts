import { describe, expect, test } from 'vitest'
import { parseDefinition } from './parse-definition.ts'

const errorsOf = (response_schema: unknown) =>
  parseDefinition({ name: 'A', url: 'https://a.example.com/', response_schema }).errors.map(
    ({ path, code }) => `${path} ${code}`,
  )

describe('a response_schema', () => {
  test.each([
    [{}],
    [{ type: 'object', properties: { $ref: { type: 'string' } } }],
    [{ $ref: '#/$defs/a', $defs: { a: { type: ['string', 'null'], format: 'no-such-format' } } }],
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema', items: { $ref: '#' } }],
  ])('may be %j', (schema) => {
    expect(errorsOf(schema)).toEqual([])
  })

  test.each<[unknown, string]>([
    ['text', 'response_schema INVALID_TYPE'],
    [[], 'response_schema INVALID_TYPE'],
    [{ type: 'text' }, 'response_schema.type INVALID_SCHEMA'],
    [{ properties: { a: { minimum: 'x' } } }, 'response_schema.properties.a.minimum INVALID_SCHEMA'],
    [{ anyOf: [{}, { required: 'a' }] }, 'response_schema.anyOf[1].required INVALID_SCHEMA'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'response_schema.$schema INVALID_SCHEMA'],
  ])('%j is refused where the mistake is', (schema, error) => {
    expect(errorsOf(schema)).toContain(error)
  })

  test.each([
    'https://evil.example.com/schema.json',
    '/etc/passwd',
    'file:///etc/passwd',
    '#/$defs/none',
    '#/constructor',
    '#anchor',
  ])('refers to nothing but its own parts: %s is refused', (target) => {
    expect(errorsOf({ properties: { a: { $ref: target } } })).toEqual([
      'response_schema.properties.a.$ref INVALID_SCHEMA',
    ])
  })

  test.each(['const', 'default', 'x-unknown'])(
    'not even in %s, where a reader of types resolves it too',
    (keyword) => {
      expect(errorsOf({ properties: { a: { [keyword]: [{ $ref: 'file:///etc/passwd' }] } } })).toEqual([
        `response_schema.properties.a.${keyword}[0].$ref INVALID_SCHEMA`,
      ])
    },
  )

  test('reports every mistake', () => {
    expect(errorsOf({ properties: { a: { type: 1 }, b: { minLength: -1 } } })).toHaveLength(2)
  })

  test('may not exhaust the stack or the memory', () => {
    let deep: unknown = {}
    for (let depth = 0; depth < 50_000; depth++) deep = { not: deep }
    expect(errorsOf(deep)).toEqual(['response_schema INVALID_SCHEMA'])
    expect(errorsOf({ description: 'é'.repeat(32 * 1024) })).toEqual(['response_schema TOO_LONG'])
  })
})
