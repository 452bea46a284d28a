import { innerLanguages } from '../embedded-languages/index.ts'
import type { Place } from '../places.ts'
import type { Filtered, Value } from '../tree/expressions.ts'
import { type FlowNode, nodesInside } from '../tree/flow.ts'
import type { ParsedTemplate } from '../tree/parsed-template.ts'
import type { Statement } from '../tree/statement.ts'

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
  // What a strict statement reads must not vanish on the way to it: until nothing is added.
  while (addSources(flow, strict));
  return strict
}

/** Conditions ask whether a value is there; what only binds a name shows nothing. */
function canVanish({ tag }: Statement): boolean {
  return ['output', 'echo', 'cycle', 'for'].includes(tag)
}

/** Whether anything was added. */
function addSources(flow: readonly FlowNode[], strict: Set<Statement>): boolean {
  const read = new Set([...strict].flatMap((statement) => [...rootsIn(statement)]))
  const before = strict.size
  const visit = (nodes: readonly FlowNode[], isGathered: boolean): void => {
    for (const node of nodes) {
      const isRead =
        (node.kind === 'assign' && read.has(node.name)) || (node.kind === 'loop' && read.has(node.variable))
      const isWriter = node.kind === 'output' || node.kind === 'cycle'
      if ('statement' in node && (isRead || (isGathered && isWriter))) strict.add(node.statement)
      visit(nodesInside(node), node.kind === 'capture' ? read.has(node.name) : isGathered)
    }
  }
  visit(flow, false)
  return strict.size > before
}

/** Names that are bound to what depends on the user, whatever the order and whichever branch. */
function namesOfUser(flow: readonly FlowNode[]): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (nodes: readonly FlowNode[], captures: readonly string[]): void => {
    for (const node of nodes) {
      if ('statement' in node && dependsOnUser(node.statement, names)) {
        if (node.kind === 'assign') names.add(node.name)
        else if (node.kind === 'loop') names.add(node.variable)
        else for (const name of captures) names.add(name)
      }
      visit(nodesInside(node), node.kind === 'capture' ? [...captures, node.name] : captures)
    }
  }
  for (let size = -1; size < names.size; ) {
    size = names.size
    visit(flow, [])
  }
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
