import { type DefinitionIssue, formatPath } from './issue.ts'
import { checkSchema } from './json-schema-rules/check-schema.ts'
import { utf8Length } from './utf8-length.ts'

/** Longest `response_schema`, as JSON in bytes of UTF-8. */
const maxResponseSchemaBytes = 64 * 1024

const maxDepth = 64

/**
 * Checks that a `response_schema` is a JSON Schema (draft 2020-12) that needs nothing but itself: it documents
 * the response and types it, no response is checked against it.
 *
 * @returns every mistake, with its place
 */
export function checkResponseSchema(schema: Readonly<Record<string, unknown>>): readonly DefinitionIssue[] {
  const invalid = (path: readonly PropertyKey[], message: string): DefinitionIssue => ({
    path: formatPath(['response_schema', ...path]),
    code: 'INVALID_SCHEMA',
    message,
  })
  // First: what is too deep would exhaust the stack of everything that follows.
  if (isTooDeep(schema)) return [invalid([], `Schemas may be nested at most ${maxDepth} levels`)]
  if (utf8Length(JSON.stringify(schema)) > maxResponseSchemaBytes) {
    return [{ ...invalid([], 'The schema may be at most 64 KiB as JSON'), code: 'TOO_LONG' }]
  }
  const { $schema } = schema
  if ($schema !== undefined && $schema !== 'https://json-schema.org/draft/2020-12/schema') {
    return [invalid(['$schema'], 'It must be https://json-schema.org/draft/2020-12/schema, or absent')]
  }
  const mistakes = checkSchema(schema)
  if (mistakes.length > 0) return mistakes.map(({ path, message }) => invalid(path, message))
  return referencesIn(schema)
    .filter(({ target }) => !isResolved(schema, target))
    .map(({ path }) => invalid(path, 'It must name a part of this schema, as `#/$defs/name` does'))
}

function isTooDeep(schema: unknown): boolean {
  let level: unknown[] = [schema]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return true
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
  return false
}

interface Reference {
  readonly path: readonly PropertyKey[]
  readonly target: string
}

/**
 * Every reference, also in values that are no schemas (`const`, `default`, unknown keywords): a reader that resolves
 * references wherever it finds them must find none that leads to a file or a host. A property that is called `$ref` has a schema, which is
 * no text.
 */
function referencesIn(value: unknown, path: readonly PropertyKey[] = []): readonly Reference[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const here = [...path, Array.isArray(value) ? Number(name) : name]
    const isReference = (name === '$ref' || name === '$dynamicRef') && typeof inner === 'string'
    return isReference ? [{ path: here, target: inner }] : referencesIn(inner, here)
  })
}

function isResolved(schema: unknown, target: string): boolean {
  if (target === '#') return true
  if (!target.startsWith('#/')) return false
  let holder: unknown = schema
  for (const part of partsOf(target.slice(1))) {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, part)) return false
    holder = (holder as Readonly<Record<PropertyKey, unknown>>)[part]
  }
  return true
}

/** The parts of a JSON Pointer (RFC 6901). */
function partsOf(pointer: string): readonly PropertyKey[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}
