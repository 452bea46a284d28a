import type { SessionUser } from '@sluice/connector-schema'
import { isJsonText, parseJson } from '../filters/json-filters.ts'
import { duplicateKeys } from '../filters/json-keys.ts'
import { PathText } from '../positions/escaping/escape.ts'
import type { ResponseValues, TemplateValues } from '../types.ts'
import { DuplicateKeysFailure, RenderFailure } from './render-error.ts'

/** What one name of a template's scope stands for. */
export type Source =
  | { readonly from: 'secret'; readonly name: string }
  | { readonly from: 'variable'; readonly name: string; readonly required: boolean }
  | { readonly from: 'now'; readonly offsetSeconds: number }
  | { readonly from: 'profile_field'; readonly id: number; readonly required: boolean }
  | { readonly from: 'user'; readonly required: boolean }
  | { readonly from: 'path_text'; readonly name: string }
  | { readonly from: 'tenant_id' | 'pathParams' | 'body_text' | 'response' }
  | { readonly from: 'body' }

/** One name of a scope, where its value comes from, and where the template first uses it. */
export interface Binding {
  readonly key: string
  readonly source: Source
  readonly offset: number
}

/** The name of a binding that failed, so that the error can tell where. */
export class BindingFailure extends RenderFailure {
  readonly offset: number

  constructor(failure: RenderFailure, offset: number) {
    super(failure.reason, failure.message)
    this.offset = offset
  }
}

/** The bindings that may have no value, for which a render fails before it begins. */
export function fallibleBindings(bindings: readonly Binding[]): readonly Binding[] {
  return bindings.filter(({ source: { from } }) => fallible.has(from))
}

/** @throws BindingFailure for the first that has no value */
export function requireBindings(bindings: readonly Binding[], values: TemplateValues): void {
  for (const { source, offset } of bindings) {
    try {
      requireUser(source, values)
      if (source.from === 'variable' || source.from === 'secret') readRoot(source, values)
    } catch (error) {
      throw error instanceof RenderFailure ? new BindingFailure(error, offset) : error
    }
  }
}

const fallible: ReadonlySet<Source['from']> = new Set(['secret', 'variable', 'profile_field', 'user'])

/** One property of the session's user, by a name that the template was checked for. */
export function readUser({ session }: TemplateValues, key: string): unknown {
  const { user } = session
  return user !== undefined && Object.hasOwn(user, key) ? Reflect.get(user, key) : undefined
}

/** The value of one name. */
export function readRoot(source: Source, values: TemplateValues): unknown {
  switch (source.from) {
    case 'body':
      return parseBody(values.body?.text)
    case 'secret':
      return required(values.secrets?.get(source.name), `The secret \`${source.name}\` is not there.`)
    case 'variable': {
      const value = values.variables.get(source.name)
      return source.required ? required(value, `The variable \`${source.name}\` is not there.`) : value
    }
    case 'now':
      return values.nowSeconds + source.offsetSeconds
    case 'profile_field':
      return ownValue(values.session.user?.profile_fields ?? {}, String(source.id))
    case 'path_text':
      return new PathText(String(ownValue(values.pathParams, source.name) ?? ''))
    case 'user':
      return values.session.user === undefined ? undefined : userScope(values.session.user)
    case 'tenant_id':
      return values.session.tenant_id
    case 'pathParams':
      return values.pathParams
    case 'body_text':
      return uniquelyKeyed(values.body?.text)
    case 'response':
      throw new Error('response is read by its properties')
  }
}

function required(value: string | undefined, message: string): string {
  if (value === undefined) throw new RenderFailure('missing', message)
  return value
}

function requireUser(source: Source, { session }: TemplateValues): void {
  const isNeeded = (source.from === 'user' || source.from === 'profile_field') && source.required
  if (isNeeded && session.user === undefined) throw new RenderFailure('missing', 'The session has no user.')
}

/** Without `profile_fields`: those have their own names. */
function userScope({ id, email, first_name, last_name, username, roles }: SessionUser): object {
  return Object.assign(Object.create(null), { id, email, first_name, last_name, username, roles })
}

/** One property of the API's response, by a name that the template was checked for. */
export function readResponse(values: TemplateValues, property: string): unknown {
  const { response } = values
  if (response === undefined) return undefined
  switch (property) {
    case 'status_code':
      return response.status
    case 'headers':
      return headersOf(response)
    case 'body':
      return response.text
    default:
      return parseResponse(values, response)
  }
}

function headersOf(response: ResponseValues): object {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of response.headers) {
    const key = name.toLowerCase()
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
  }
  return headers
}

function parseBody(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  const body = parseJson(text, 'The payload (body)')
  requireUniquePayloadKeys(text)
  return body
}

/** What is JSON reads the same for everybody: of a key that is there twice one reader takes the first, another the last. */
function uniquelyKeyed(text: string | undefined): string | undefined {
  if (text !== undefined && /^\s*[{[]/.test(text) && isJsonText(text)) requireUniquePayloadKeys(text)
  return text
}

function requireUniquePayloadKeys(text: string): void {
  const pointers = duplicateKeys(text)
  if (pointers.length > 0) throw new DuplicateKeysFailure(pointers)
}

/** Nothing for an empty body, and for an error page that is not JSON. */
/** Why `response.body` has no text; nothing where it has one. */
export function unreadableBody({ response }: TemplateValues): string | undefined {
  if (response === undefined || response.text !== undefined) return undefined
  const encoding = response.encoding === undefined ? '' : ` (it looks like ${response.encoding})`
  return `The body of the response is not UTF-8${encoding}, as JSON must be: it cannot be read.`
}

function parseResponse(values: TemplateValues, { status, text }: ResponseValues): unknown {
  if (text === '') return undefined
  try {
    if (text === undefined) throw new RenderFailure('json', unreadableBody(values) ?? '')
    return parseJson(text, 'The body of the response (response.json)')
  } catch (error) {
    if (status >= 400) return undefined
    throw error
  }
}

function ownValue(holder: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(holder, key) ? holder[key] : undefined
}
