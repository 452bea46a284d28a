import { Ajv2020 } from 'ajv/dist/2020.js'
import { type DefinitionIssue, formatPath } from './issue.ts'

/** Longest `response_schema`, as JSON in bytes of UTF-8. */
export const maxResponseSchemaBytes = 64 * 1024

const maxDepth = 64

let ajv: Ajv2020 | undefined

/**
 * Checks that a `response_schema` is a JSON Schema (draft 2020-12) that needs nothing but itself: it documents
 * the answer and types it, no answer is checked against it.
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
  if (new TextEncoder().encode(JSON.stringify(schema)).length > maxResponseSchemaBytes) {
    return [{ ...invalid([], 'The schema may be at most 64 KiB as JSON'), code: 'TOO_LONG' }]
  }
  ajv ??= new Ajv2020({ allErrors: true, strict: false, validateFormats: false, logger: false })
  const { $schema } = schema
  if ($schema !== undefined && $schema !== 'https://json-schema.org/draft/2020-12/schema') {
    return [invalid(['$schema'], 'It must be https://json-schema.org/draft/2020-12/schema, or absent')]
  }
  if (ajv.validateSchema(schema) === false) {
    const places = new Map((ajv.errors ?? []).map((error) => [error.instancePath, error.message ?? '']))
    return [...places].map(([pointer, message]) => invalid(partsOf(pointer), `Not a JSON Schema: ${message}`))
  }
  return referencesIn(schema).flatMap(({ path, target }) =>
    isResolved(schema, target)
      ? []
      : [invalid(path, 'It must name a part of this schema, as `#/$defs/name` does')],
  )
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
  readonly target: unknown
}

// A property that is called `$ref` has a schema, which is no text.
function referencesIn(value: unknown, path: readonly PropertyKey[] = []): readonly Reference[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const here = [...path, Array.isArray(value) ? Number(name) : name]
    const isReference = (name === '$ref' || name === '$dynamicRef') && typeof inner === 'string'
    return isReference ? [{ path: here, target: inner }] : referencesIn(inner, here)
  })
}

function isResolved(schema: unknown, target: unknown): boolean {
  if (target === '#') return true
  if (typeof target !== 'string' || !target.startsWith('#/')) return false
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
