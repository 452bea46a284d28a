import { compile } from 'json-schema-to-typescript'

type JsonObject = Readonly<Record<string, unknown>>

/**
 * The declarations that a `response_schema` gives; the answer itself is `Response`. Nothing is read from the
 * network or from files.
 */
export async function responseTypes(schema: JsonObject): Promise<string> {
  const text = await compile(withoutRawText(schema, 'schema') as JsonObject, 'Response', {
    bannerComment: '',
    additionalProperties: true,
    enableConstEnums: false,
    unreachableDefinitions: false,
    $refOptions: { resolve: { external: false, file: false, http: false } },
    style: { semi: false, singleQuote: true, printWidth: 100 },
  })
  return text.trim()
}

/** What would name types itself, or is written into the file as TypeScript by the generator. */
const ownWords = new Set(['title', '$id', 'id', 'tsType', 'tsEnumNames'])

/** Keywords whose values are schemas by name. */
const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])

/** Keywords whose values are data. */
const literals = new Set(['const', 'enum', 'default', 'examples', 'required'])

function withoutRawText(value: unknown, kind: 'schema' | 'map'): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutRawText(item, kind))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (kind === 'map') return [[name, withoutRawText(inner, 'schema')]]
    if (ownWords.has(name)) return []
    if (literals.has(name)) return [[name, inner]]
    // It would end the comment that it stands in.
    if (typeof inner === 'string') {
      return [[name, name.startsWith('$') ? inner : inner.replaceAll('*/', '*\\/')]]
    }
    return [[name, withoutRawText(inner, maps.has(name) ? 'map' : 'schema')]]
  })
  return Object.fromEntries(entries)
}
