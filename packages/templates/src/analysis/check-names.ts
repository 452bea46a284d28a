import { suggestion } from '@sluice/connector-schema'
import { functions } from '../names.ts'
import type { Place } from '../places.ts'
import type { Path, Property } from '../tree/expressions.ts'
import type { ParsedTemplate } from '../tree/parsed-template.ts'
import type { Statement } from '../tree/statement.ts'
import type { DiagnosticCode, PathParameterFormat } from '../types.ts'
import { CompileFailure } from './failure.ts'

const userProperties = ['id', 'email', 'first_name', 'last_name', 'username', 'roles', 'profile_fields']
const responseProperties = ['status_code', 'headers', 'body', 'json']
const loopProperties = ['index', 'index0', 'rindex', 'rindex0', 'first', 'last', 'length']

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

/** Every name that may stand in a place. */
function namesIn({ body, response, secrets }: Place): string[] {
  const values = [
    'user',
    'tenant_id',
    'pathParams',
    ...(body ? ['body', 'body_text'] : []),
    ...(response ? ['response'] : []),
  ]
  return [...values, ...functions.filter((name) => secrets || name !== 'get_secret')]
}

function complain(path: Path, statement: Statement, subject: Subject): Complaint | undefined {
  const { root, properties } = path
  const { place } = subject
  switch (root) {
    case 'user':
      return complainOfUser(properties[0])
    case 'tenant_id':
      return undefined
    case 'pathParams':
      return complainOfPathParam(properties[0], subject)
    case 'body':
    case 'body_text':
      if (place.body) return undefined
      return elsewhere(`${root} is the caller's payload: it can stand only in request_body.`)
    case 'response':
      if (place.response) return oneOf(properties[0], responseProperties, 'response')
      return elsewhere('response is the answer of the API: it can stand only in response_body.')
    case 'forloop':
      if (statement.loopVariables.length === 0) return unknown('forloop stands only inside {% for %}.')
      return properties.length > 1
        ? unknown('A property of forloop is one value.')
        : oneOf(properties[0], loopProperties, root)
    default:
      return complainOfLocal(root, statement, subject)
  }
}

function complainOfUser(property: Property | undefined): Complaint | undefined {
  if (property === 'profile_fields') {
    return unknown('A profile field is read by its number: write user.profile_fields.by_id(123).')
  }
  if (property === undefined || typeof property === 'object') return undefined
  return oneOf(property, userProperties, 'user')
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

function oneOf(property: Property | undefined, known: readonly string[], of: string): Complaint | undefined {
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
