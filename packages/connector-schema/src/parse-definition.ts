import type * as z from 'zod'
import {
  type ConnectorDefinition,
  definitionSchema,
  type PathParameter,
  pathParameterSchema,
  rowSchema,
} from './definition.ts'
import { checkRules } from './definition-rules.ts'
import type { DefinitionIssue, IssueList } from './issue.ts'
import { keyHint } from './key-hints.ts'
import { checkNotBuilt } from './not-built.ts'
import type { PartialDefinition } from './partial-definition.ts'
import { derivePermalink } from './permalink.ts'
import { checkResponseSchema } from './response-schema.ts'
import { toIssues, withinAlternatives } from './schema-issues.ts'
import { withoutUnknownKeys } from './unknown-keys.ts'

/** A definition with its issues; `definition` is absent when there are errors. */
export interface ParsedDefinition extends IssueList {
  readonly definition: ConnectorDefinition | undefined
  /**
   * The definition, or what is well formed of it with harmless stand-ins for the rest: so that its templates
   * can be checked too and every error is reported at once. Never to be run.
   */
  readonly checkable: ConnectorDefinition
}

/**
 * Validates one definition and fills in its defaults. Reports every error at once. Templates are not looked
 * into: that is the pipeline's `compileConnector`.
 *
 * @param input - parsed JSON
 */
export function parseDefinition(input: unknown): ParsedDefinition {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const error = {
      path: '',
      code: 'INVALID_TYPE',
      message: 'A connector is a JSON object; write one with `name` and `url`',
    }
    return { definition: undefined, checkable: standIn, errors: [error], warnings: [] }
  }
  const first = definitionSchema.safeParse(input)
  const complaints = (first.error?.issues ?? []).flatMap(withinAlternatives)
  const { value, warnings } = withoutUnknownKeys(input, complaints, (path) =>
    keyHint(definitionSchema, input, path),
  )
  const notBuilt = checkNotBuilt(input)
  const parsed = warnings.length === 0 ? first : definitionSchema.safeParse(value)

  const partial = readable(value as Record<string, unknown>)
  const permalink = permalinkOf(partial)
  const errors = [
    ...(parsed.error?.issues ?? []).flatMap(withinAlternatives).flatMap((issue) => toIssues(issue, named)),
    ...notBuilt,
    ...checkRules(partial),
    ...(partial.response_schema === undefined ? [] : checkResponseSchema(partial.response_schema)),
    ...permalink.errors,
  ]
  if (errors.length > 0 || !parsed.success || permalink.text === undefined) {
    return {
      definition: undefined,
      checkable: checkable(partial, input as Record<string, unknown>),
      errors,
      warnings,
    }
  }
  const definition = { ...parsed.data, permalink: permalink.text }
  return { definition, checkable: definition, errors, warnings }
}

const named = { schema: definitionSchema, whole: 'The definition' }

const standIn: ConnectorDefinition = {
  ...definitionSchema.parse({ name: 'stand-in', url: 'https://stand-in.example.com/' }),
  permalink: 'stand-in',
}
const standInRow = rowSchema.parse({ key: 'stand-in' })

function checkable(
  partial: PartialDefinition,
  input: Readonly<Record<string, unknown>>,
): ConnectorDefinition {
  const { headers, query_parameters, path_parameters, url, ...rest } = partial
  // A row whose key is malformed is told once, and not again by every template that names it.
  const pathRows = path_parameters.map((row, index) => row ?? misspeltRow(input.path_parameters, index))
  const usable = path_parameters.filter((row) => row !== undefined)
  return {
    ...standIn,
    ...rest,
    url: url ?? standIn.url + usable.map(({ key }) => `{{ pathParams.${key} }}`).join('/'),
    path_parameters: pathRows.filter((row) => row !== undefined),
    headers: headers.map((row) => row ?? standInRow),
    query_parameters: query_parameters.map((row) => row ?? standInRow),
  }
}

/** A row as good as its key can be read. */
function misspeltRow(rows: unknown, index: number): PathParameter | undefined {
  const key: unknown = Array.isArray(rows) ? rows[index]?.key : undefined
  return typeof key === 'string' ? { ...pathParameterSchema.parse({ key: 'stand_in' }), key } : undefined
}

/** Whatever of the definition is well formed by itself, so that the rules between fields report too. */
function readable(input: Record<string, unknown>): PartialDefinition {
  const partial: Record<string, unknown> = {}
  for (const [field, schema] of Object.entries(definitionSchema.shape)) {
    const result = (schema as z.ZodType).safeParse(input[field])
    if (result.success) partial[field] = result.data
  }
  return {
    ...(partial as Partial<ConnectorDefinition>),
    headers: readableRows(input.headers, rowSchema),
    query_parameters: readableRows(input.query_parameters, rowSchema),
    path_parameters: readableRows(input.path_parameters, pathParameterSchema),
  }
}

/** Rows at their own index, each with its well-formed fields; one without a good key leaves a hole. */
function readableRows<Schema extends typeof rowSchema | typeof pathParameterSchema>(
  input: unknown,
  schema: Schema,
): readonly (z.output<Schema> | undefined)[] {
  if (!Array.isArray(input)) return []
  return input.map((row: Readonly<Record<string, unknown>> | null) => {
    const fields = Object.entries<z.ZodType>(schema.shape).filter(
      ([field, fieldSchema]) => fieldSchema.safeParse(row?.[field]).success,
    )
    const wellFormed = Object.fromEntries(fields.map(([field]) => [field, row?.[field]]))
    return schema.safeParse(wellFormed).data as z.output<Schema> | undefined
  })
}

function permalinkOf(partial: PartialDefinition): {
  readonly text: string | undefined
  readonly errors: readonly DefinitionIssue[]
} {
  if (partial.permalink !== undefined) return { text: partial.permalink, errors: [] }
  const text = partial.name === undefined ? undefined : derivePermalink(partial.name)
  if (text !== undefined || partial.name === undefined) return { text, errors: [] }
  const message = 'No permalink can be derived from this name; write a `permalink`'
  return { text, errors: [{ path: 'permalink', code: 'UNDERIVABLE_PERMALINK', message }] }
}
