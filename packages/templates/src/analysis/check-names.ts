import { suggestion } from '@sluice/connector-schema'
import { functions, type RootFacts, rootFacts, rootsIn } from '../names.ts'
import type { Place } from '../places.ts'
import type { Path, Property } from '../tree/expressions.ts'
import type { ParsedTemplate } from '../tree/parsed-template.ts'
import type { Statement } from '../tree/statement.ts'
import type { DiagnosticCode, PathParameterFormat } from '../types.ts'
import { CompileFailure } from './failure.ts'

/** What a template's names are checked against. */
export interface Subject {
  readonly parsed: ParsedTemplate
  readonly place: Place
  /** Path parameters by key, where the place knows them. */
  readonly pathParameters: ReadonlyMap<string, PathParameterFormat> | undefined
}

interface Complaint {
  readonly code: DiagnosticCode
  readonly message: string
}

/** Why a path may not be read here; nothing when it may. */
export function checkPath(path: Path, statement: Statement, subject: Subject): CompileFailure | undefined {
  const complaint = complain(path, statement, subject)
  return complaint && new CompileFailure(complaint.code, complaint.message, path.begin)
}

/** Every name that a place has. */
function namesIn(place: Place): string[] {
  return [...rootsIn(place), ...functions.filter((name) => place.secrets || name !== 'get_secret')]
}

function complain(path: Path, statement: Statement, subject: Subject): Complaint | undefined {
  const { root, properties } = path
  const facts = rootFacts(root)
  if (facts === undefined) return complainOfLocal(root, statement, subject)
  if (facts.needs !== undefined && !subject.place[facts.needs]) return elsewhere(facts.elsewhere ?? '')
  switch (root) {
    case 'user':
      return complainOfUser(properties[0], facts)
    case 'pathParams':
      return complainOfPathParam(properties[0], subject)
    case 'forloop':
      if (statement.loopVariables.length === 0) return unknown('forloop stands only inside {% for %}.')
      return properties.length > 1
        ? unknown('A property of forloop is one value.')
        : oneOf(properties[0], facts, root)
    default:
      return facts.properties === undefined ? undefined : oneOf(properties[0], facts, root)
  }
}

function complainOfUser(property: Property | undefined, facts: RootFacts): Complaint | undefined {
  if (property === 'profile_fields') {
    return unknown('A profile field is read by its number: write user.profile_fields.by_id(123).')
  }
  if (property === undefined || typeof property === 'object') return undefined
  return oneOf(property, facts, 'user')
}

function complainOfPathParam(
  property: Property | undefined,
  { pathParameters }: Subject,
): Complaint | undefined {
  if (typeof property !== 'string') {
    return unknown('A path parameter is read by its name: write pathParams.name.')
  }
  if (pathParameters?.has(property) ?? true) return undefined
  const message = `\`${property}\` is no path parameter: add a row { "key": "${property}" } to path_parameters.`
  return { code: 'UNKNOWN_PATH_PARAMETER', message }
}

function complainOfLocal(
  root: string,
  { loopVariables }: Statement,
  { parsed, place }: Subject,
): Complaint | undefined {
  if (parsed.assigned.has(root) || loopVariables.includes(root)) return undefined
  const known = [...namesIn(place), ...parsed.assigned, ...loopVariables]
  const hint = suggestion(root, known) || `: the names here are ${known.join(', ')}.`
  return unknown(`There is no name \`${root}\` here${hint}`)
}

function oneOf(
  property: Property | undefined,
  { properties: known = [] }: RootFacts,
  of: string,
): Complaint | undefined {
  if (typeof property === 'string' && known.includes(property)) return undefined
  const hint = typeof property === 'string' ? suggestion(property, known) : ''
  return unknown(`${of} has ${known.join(', ')}${hint || '.'}`)
}

function unknown(message: string): Complaint {
  return { code: 'UNKNOWN_NAME', message }
}

function elsewhere(message: string): Complaint {
  return { code: 'NOT_ALLOWED_HERE', message }
}
