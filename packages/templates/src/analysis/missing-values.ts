import { innerLanguages } from '../embedded-languages/index.ts'
import type { Place } from '../places.ts'
import type { Filtered, Value } from '../tree/expressions.ts'
import type { FlowNode } from '../tree/flow.ts'
import type { ParsedTemplate } from '../tree/parsed-template.ts'
import type { Statement } from '../tree/statement.ts'
import { bindingNodes, nameOf, settleNames, writersIn } from './settle-names.ts'

interface Subject {
  readonly parsed: ParsedTemplate
  readonly place: Place
  /** Outputs of a body next to text that may be an embedded language. */
  readonly nextToText: ReadonlySet<Statement>
}

/** Filters that write a value into a language. */
const writesLanguage: ReadonlySet<string> = new Set([...innerLanguages.keys(), 'plain', 'number'])

/** Whether a filter writes a value into a language: without a value, it would widen a query. */
export function isLanguageFilter(name: string): boolean {
  return writesLanguage.has(name)
}

/**
 * The statements in which a missing value fails the render: what narrows a request to one user, or names a resource,
 * must not vanish with its value. With every statement that binds a name which one of them reads.
 */
export function findStrict({ parsed, place, nextToText }: Subject): ReadonlySet<Statement> {
  const { flow, statements } = parsed
  const ofUser = namesOfUser(flow)
  const strict = new Set(
    statements.filter((statement) => {
      if (statement.expressions.some(({ filters }) => filters.some(({ name }) => isLanguageFilter(name))))
        return true
      if (!canVanish(statement)) return false
      if (place.isUrl) return true
      return (!place.isBody || nextToText.has(statement)) && dependsOnUser(statement, ofUser)
    }),
  )
  addSources(flow, strict)
  return strict
}

/** Conditions ask whether a value is there; what only binds a name shows nothing. */
function canVanish({ tag }: Statement): boolean {
  return ['output', 'echo', 'cycle', 'for'].includes(tag)
}

/** What a strict statement reads must not vanish on the way to it. */
function addSources(flow: readonly FlowNode[], strict: Set<Statement>): void {
  const sources = new Map<string, Statement[]>()
  for (const node of bindingNodes(flow)) {
    const statements = node.kind === 'capture' ? writersIn(node.body) : [node.statement]
    sources.set(nameOf(node), [...(sources.get(nameOf(node)) ?? []), ...statements])
  }
  // A set is gone through to what is added to it meanwhile.
  for (const statement of strict) {
    for (const root of rootsIn(statement)) {
      for (const source of sources.get(root) ?? []) strict.add(source)
      sources.delete(root)
    }
  }
}

/** Names that are bound to what depends on the user, whatever the order and whichever branch. */
function namesOfUser(flow: readonly FlowNode[]): ReadonlySet<string> {
  const names = new Set<string>()
  settleNames(flow, (node) => {
    const name = nameOf(node)
    const statements = node.kind === 'capture' ? writersIn(node.body) : [node.statement]
    if (names.has(name) || !statements.some((statement) => dependsOnUser(statement, names))) return false
    names.add(name)
    return true
  })
  return names
}

function dependsOnUser(statement: Statement, names: ReadonlySet<string>): boolean {
  return [...rootsIn(statement)].some((root) => root === 'user' || names.has(root))
}

/** The names that a statement reads; of a call, what it begins with. */
function* rootsIn({ expressions }: Statement): Generator<string> {
  for (const { value, filters } of expressions) {
    yield* rootsOf(value)
    for (const filter of filters) {
      for (const argument of [...filter.arguments, ...filter.named.values()]) yield* rootsOf(argument)
    }
  }
}

function* rootsOf(value: Value): Generator<string> {
  if (value.kind === 'range') for (const bound of value.bounds) yield* rootsOf(bound)
  if (value.kind !== 'path' && value.kind !== 'call') return
  yield value.kind === 'path' ? value.root : (value.name.split('.')[0] ?? '')
  for (const property of value.properties) if (typeof property === 'object') yield* rootsOf(property.computed)
}

/** How the first value of an expression is written, for messages. */
export function writtenValue({ value }: Filtered, source: string): string {
  return value.kind === 'path' || value.kind === 'call'
    ? `\`${source.slice(value.begin, value.end)}\``
    : 'A value'
}
