import * as z from 'zod'
import { type ConnectorDefinition, definitionSchema } from './definition.ts'
import type { DefinitionIssue, IssueList } from './issue.ts'
import { type ParsedDefinition, parseDefinition } from './parse-definition.ts'
import { unknownKey } from './unknown-keys.ts'

/** A registry file: the connectors that a repository owns. */
export const registrySchema = z.strictObject({
  $schema: z.string().optional().describe('Where editors find the JSON Schema of this file'),
  connectors: z.array(definitionSchema).max(10_000),
})

/** A registry with its issues. */
export interface ParsedRegistry extends IssueList {
  /** Every connector in the file's order; empty when there are errors (all or nothing, G6). */
  readonly definitions: readonly ConnectorDefinition[]
  /** The same with harmless stand-ins for what is malformed, for checking templates. Never to be run. */
  readonly checkable: readonly ConnectorDefinition[]
}

/** A registry before its entries are looked at. */
export interface OpenedRegistry extends IssueList {
  readonly entries: readonly unknown[]
}

/**
 * Validates a registry wholly: every error of every connector, each path beginning with `connectors[n]`.
 *
 * @param input - parsed JSON
 */
export function parseRegistry(input: unknown): ParsedRegistry {
  const opened = openRegistry(input)
  return closeRegistry(opened, opened.entries.map(parseDefinition))
}

/** Looks at what is around the entries: for whoever parses them one by one, and then calls `closeRegistry`. */
export function openRegistry(input: unknown): OpenedRegistry {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  const errors = isObject ? unbuiltKeys(input) : []
  const warnings = isObject ? unknownTopLevelKeys(input) : []
  const entries = isObject && 'connectors' in input ? input.connectors : undefined
  if (Array.isArray(entries)) return { entries, errors, warnings }
  const message = 'A registry is a JSON object; write `{ "connectors": [ … ] }`'
  return { entries: [], errors: [{ path: 'connectors', code: 'REQUIRED', message }, ...errors], warnings }
}

/** What is true of the entries together: no permalink is there twice. */
export function closeRegistry(
  opened: OpenedRegistry,
  parsedEntries: readonly ParsedDefinition[],
): ParsedRegistry {
  const errors: DefinitionIssue[] = [...opened.errors]
  const warnings: DefinitionIssue[] = [...opened.warnings]
  const definitions: ConnectorDefinition[] = []
  const checkable: ConnectorDefinition[] = []
  const firstIndex = new Map<string, number>()
  for (const [index, parsed] of parsedEntries.entries()) {
    const within = (issue: DefinitionIssue) => ({ ...issue, path: join(`connectors[${index}]`, issue.path) })
    errors.push(...parsed.errors.map(within))
    warnings.push(...parsed.warnings.map(within))
    checkable.push(parsed.checkable)
    if (parsed.definition === undefined) continue
    const { permalink } = parsed.definition
    const first = firstIndex.get(permalink)
    if (first !== undefined) {
      const message = `The permalink \`${permalink}\` is that of connectors[${first}] already; write another \`permalink\``
      errors.push({ path: `connectors[${index}].permalink`, code: 'DUPLICATE_KEY', message })
    }
    firstIndex.set(permalink, first ?? index)
    definitions.push(parsed.definition)
  }
  return { definitions: errors.length > 0 ? [] : definitions, checkable, errors, warnings }
}

/** A registry that relies on what is not built would be accepted and then lack it. */
function unbuiltKeys(input: object): DefinitionIssue[] {
  if (!Object.hasOwn(input, 'composite_connectors')) return []
  const message =
    'This version of Sluice runs no composite connectors; remove `composite_connectors`, and call its steps as connectors of their own'
  return [{ path: 'composite_connectors', code: 'NOT_SUPPORTED', message }]
}

function unknownTopLevelKeys(input: object): DefinitionIssue[] {
  const known = Object.keys(registrySchema.shape)
  return Object.keys(input)
    .filter((key) => !Object.hasOwn(registrySchema.shape, key) && key !== 'composite_connectors')
    .map((key) => ({
      path: key,
      code: 'UNKNOWN_KEY',
      message: unknownKey(key, known),
    }))
}

function join(outer: string, inner: string): string {
  return inner === '' ? outer : `${outer}.${inner}`
}
