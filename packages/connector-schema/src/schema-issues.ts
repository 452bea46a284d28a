import * as z from 'zod'
import { type DefinitionIssue, formatPath } from './issue.ts'
import { unknownKey } from './unknown-keys.ts'

/** A schema and what its values are called as a whole. */
export interface NamedSchema {
  readonly schema: z.ZodType
  /** Begins a sentence: `The definition`. */
  readonly whole: string
}

/**
 * What is wrong with a value that may be one thing or a list of such: the complaints of the alternative that is of
 * its kind, instead of one that no alternative fits.
 */
export function withinAlternatives(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const ofItsKind = issue.errors.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  const [complaints, ...others] = ofItsKind
  if (complaints === undefined || others.length > 0) return [issue]
  return complaints.flatMap((inner) => withinAlternatives({ ...inner, path: [...issue.path, ...inner.path] }))
}

/** What a schema complained of in our words: what is wrong, and what to write instead. */
export function toIssues(issue: z.core.$ZodIssue, named: NamedSchema): readonly DefinitionIssue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: formatPath(issue.path), ...describe(issue, named) }]
  const known = knownKeysAt(named.schema, issue.path)
  return issue.keys.map((key) => ({
    path: formatPath([...issue.path, key]),
    code: 'UNKNOWN_KEY',
    message: unknownKey(key, known),
  }))
}

function describe(
  issue: z.core.$ZodIssue,
  { schema, whole }: NamedSchema,
): Pick<DefinitionIssue, 'code' | 'message'> {
  const path = formatPath(issue.path)
  const name = path === '' ? whole : `\`${path}\``
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined && issue.message.includes('undefined')) {
        return { code: 'REQUIRED', message: `${name} is required; add it` }
      }
      return { code: 'INVALID_TYPE', message: `${name} must be of type ${issue.expected}` }
    case 'too_big':
      return { code: 'TOO_LONG', message: `${name} may be at most ${issue.maximum}${unitOf(issue)}` }
    case 'too_small':
      return { code: 'INVALID_VALUE', message: `${name} must be at least ${issue.minimum}${unitOf(issue)}` }
    case 'invalid_value':
      return { code: 'INVALID_VALUE', message: `${name} must be one of ${issue.values.join(', ')}` }
    case 'invalid_union':
      // A schema that says it in words of its own knows better than a list of types.
      if (issue.discriminator === undefined && issue.message !== 'Invalid input')
        return { code: 'INVALID_VALUE', message: `${name} ${issue.message}` }
      return { code: 'INVALID_VALUE', message: `${name} must be one of ${choicesAt(schema, issue.path)}` }
    case 'invalid_key':
      return { code: 'INVALID_VALUE', message: `${name} ${issue.issues[0]?.message ?? issue.message}` }
    default:
      return { code: 'INVALID_VALUE', message: `${name} ${issue.message}` }
  }
}

function unitOf({ origin }: { readonly origin: string }): string {
  return origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : ''
}

/** What may stand where alternatives are told apart by one word. */
function choicesAt(root: z.ZodType, path: readonly PropertyKey[]): string {
  const words = objectsAt(root, path.slice(0, -1))
    .map(({ shape }) => shape[path.at(-1) as string])
    .filter((schema) => schema instanceof z.ZodLiteral)
    .flatMap(({ values }) => [...values])
  return words.length === 0 ? 'the types that are allowed here' : words.join(', ')
}

/** The keys that a schema knows at a path, for suggestions. */
function knownKeysAt(root: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  return objectsAt(root, path).flatMap(({ shape }) => Object.keys(shape))
}

function objectsAt(root: z.ZodType, path: readonly PropertyKey[]): readonly z.ZodObject[] {
  let schemas: z.core.$ZodType[] = [root]
  for (const part of path) {
    schemas = schemas
      .flatMap(alternatives)
      .flatMap((schema) => {
        if (schema instanceof z.ZodArray) return [schema.element]
        if (schema instanceof z.ZodRecord) return [schema.valueType]
        if (schema instanceof z.ZodObject) return [schema.shape[part as string]]
        return []
      })
      .filter((schema) => schema !== undefined)
  }
  return schemas.flatMap(alternatives).filter((schema) => schema instanceof z.ZodObject)
}

function alternatives(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return alternatives(schema.unwrap())
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives)
  return [schema]
}
