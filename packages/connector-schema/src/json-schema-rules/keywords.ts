/** The keywords of JSON Schema draft 2020-12 and what its meta-schemas demand of their values. */

/** What the value of a keyword must be. */
interface ValueRule {
  /** Ends the sentence `It must be …`. */
  readonly words: string
  holds(value: unknown): boolean
}

/** How a keyword holds schemas: one, a list of them, or one under each name. */
export type SchemaHolder = 'schema' | 'list' | 'map'

const text: ValueRule = { words: 'a string', holds: (value) => typeof value === 'string' }
const flag: ValueRule = { words: 'true or false', holds: (value) => typeof value === 'boolean' }
const number: ValueRule = { words: 'a number', holds: (value) => typeof value === 'number' }
const count: ValueRule = {
  words: 'an integer, at least 0',
  holds: (value) => Number.isInteger(value) && Number(value) >= 0,
}
const list: ValueRule = { words: 'an array', holds: Array.isArray }
const names: ValueRule = { words: 'an array of different strings', holds: areNames }
const anchor = matching(/^[A-Za-z_][-A-Za-z0-9._]*$/, 'a name: letters, digits, `-`, `_` and `.`')

const types = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']

/** Values that are no schemas. What is not listed may have any value: unknown keywords only document. */
export const valueRules: Readonly<Record<string, ValueRule>> = {
  // Core (JSON Schema §8)
  $id: matching(/^[^#]*#?$/, 'a URI reference without a fragment'),
  $schema: text,
  $ref: text,
  $anchor: anchor,
  $dynamicRef: text,
  $dynamicAnchor: anchor,
  $vocabulary: mapOf('true or false', flag.holds),
  $comment: text,
  $recursiveAnchor: anchor,
  $recursiveRef: text,
  // Validation (JSON Schema Validation §6)
  type: { words: `one of ${types.join(', ')}, or an array of different ones`, holds: isType },
  enum: list,
  multipleOf: { words: 'a number above 0', holds: (value) => number.holds(value) && Number(value) > 0 },
  maximum: number,
  exclusiveMaximum: number,
  minimum: number,
  exclusiveMinimum: number,
  maxLength: count,
  minLength: count,
  pattern: text,
  maxItems: count,
  minItems: count,
  uniqueItems: flag,
  maxContains: count,
  minContains: count,
  maxProperties: count,
  minProperties: count,
  required: names,
  dependentRequired: mapOf('an array of different strings', areNames),
  // Format, content, annotations (§7 to §9)
  format: text,
  contentEncoding: text,
  contentMediaType: text,
  title: text,
  description: text,
  deprecated: flag,
  readOnly: flag,
  writeOnly: flag,
  examples: list,
}

/** Where schemas lie inside a schema (JSON Schema §10, §11 and Validation §8.5). */
export const schemaHolders: Readonly<Record<string, SchemaHolder>> = {
  $defs: 'map',
  prefixItems: 'list',
  items: 'schema',
  contains: 'schema',
  additionalProperties: 'schema',
  properties: 'map',
  patternProperties: 'map',
  dependentSchemas: 'map',
  propertyNames: 'schema',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nothing awaits this table
  then: 'schema',
  else: 'schema',
  allOf: 'list',
  anyOf: 'list',
  oneOf: 'list',
  not: 'schema',
  unevaluatedItems: 'schema',
  unevaluatedProperties: 'schema',
  contentSchema: 'schema',
  definitions: 'map',
  // Of earlier drafts: under each name a schema or an array of strings.
  dependencies: 'map',
}

/** Whether it is an array of strings of which none occurs twice. */
export function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string') && areDifferent(value)
}

function isType(value: unknown): boolean {
  if (typeof value === 'string') return types.includes(value)
  return areNames(value) && Array.isArray(value) && value.length > 0 && value.every((one) => isType(one))
}

function areDifferent(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length
}

function matching(pattern: RegExp, words: string): ValueRule {
  return { words, holds: (value) => typeof value === 'string' && pattern.test(value) }
}

function mapOf(words: string, holds: (value: unknown) => boolean): ValueRule {
  return {
    words: `an object in which each value is ${words}`,
    holds: (value) => isObject(value) && Object.values(value).every(holds),
  }
}

/** Whether it is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
