/** Whether a JSON value is a JSON Schema of draft 2020-12: what its meta-schemas demand, with the place of each mistake. */
import { areNames, isObject, type SchemaHolder, schemaHolders, valueRules } from './keywords.ts'

/** A mistake in a schema. */
export interface SchemaMistake {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * Checks a schema and every schema inside it.
 *
 * @param schema - JSON, not nested too deep for recursion
 * @returns every mistake, with its place
 */
export function checkSchema(schema: unknown): readonly SchemaMistake[] {
  const mistakes: SchemaMistake[] = []

  function check(value: unknown, path: readonly PropertyKey[]): void {
    if (typeof value === 'boolean') return
    if (!isObject(value)) {
      mistakes.push({ path, message: 'It must be a schema: an object, true or false' })
      return
    }
    for (const [keyword, inner] of Object.entries(value)) {
      const here = [...path, keyword]
      if (Object.hasOwn(valueRules, keyword)) checkValue(keyword, inner, here)
      else if (Object.hasOwn(schemaHolders, keyword)) checkHolder(keyword, inner, here)
    }
  }

  function checkValue(keyword: string, value: unknown, path: readonly PropertyKey[]): void {
    const rule = valueRules[keyword]
    if (rule?.holds(value) === false) mistakes.push({ path, message: `It must be ${rule.words}` })
  }

  function checkHolder(keyword: string, value: unknown, path: readonly PropertyKey[]): void {
    const holder: SchemaHolder | undefined = schemaHolders[keyword]
    if (holder === 'schema') check(value, path)
    else if (holder === 'list') checkList(value, path)
    else checkMap(keyword, value, path)
  }

  function checkList(value: unknown, path: readonly PropertyKey[]): void {
    if (!Array.isArray(value) || value.length === 0) {
      mistakes.push({ path, message: 'It must be an array of schemas, at least one' })
      return
    }
    for (const [index, item] of value.entries()) check(item, [...path, index])
  }

  function checkMap(keyword: string, value: unknown, path: readonly PropertyKey[]): void {
    if (!isObject(value)) {
      mistakes.push({ path, message: 'It must be an object of schemas' })
      return
    }
    for (const [name, item] of Object.entries(value)) {
      if (keyword === 'dependencies' && areNames(item)) continue
      check(item, [...path, name])
    }
  }

  check(schema, [])
  return mistakes
}
