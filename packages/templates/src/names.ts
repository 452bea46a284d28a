/** Who can choose a value. Variables, secrets, literals and the time are the platform team's. */
export type Origin = 'session' | 'caller' | 'upstream'

/** What is known of a name that means something by itself. */
export interface RootFacts {
  /** Who chooses its value; `forloop` has none, it only counts. */
  readonly origin?: Origin
  /** What a place must have for it; without this it may be in every place. */
  readonly needs?: 'body' | 'response'
  /** Told where a place does not have that. */
  readonly elsewhere?: string
  /** The properties that it has; without a list it may have any. */
  readonly properties?: readonly string[]
}

/** Every name that means something by itself: no template may bind one. */
const rootTable = {
  user: {
    origin: 'session',
    properties: ['id', 'email', 'first_name', 'last_name', 'username', 'roles', 'profile_fields'],
  },
  tenant_id: { origin: 'session' },
  pathParams: { origin: 'caller' },
  body: {
    origin: 'caller',
    needs: 'body',
    elsewhere: "body is the caller's payload: it can stand only in request_body.",
  },
  body_text: {
    origin: 'caller',
    needs: 'body',
    elsewhere: "body_text is the caller's payload: it can stand only in request_body.",
  },
  response: {
    origin: 'upstream',
    needs: 'response',
    elsewhere: 'response is the answer of the API: it can stand only in response_body.',
    properties: ['status_code', 'headers', 'body', 'json'],
  },
  forloop: { properties: ['index', 'index0', 'rindex', 'rindex0', 'first', 'last', 'length'] },
} as const satisfies Readonly<Record<string, RootFacts>>

/** A name with a value of its own. */
export type ValueRoot = Exclude<keyof typeof rootTable, 'forloop'>

const roots: ReadonlyMap<string, RootFacts> = new Map(Object.entries(rootTable))

/** What is known of a name; nothing where it means nothing by itself. */
export function rootFacts(name: string): RootFacts | undefined {
  return roots.get(name)
}

/** Whether the name has a value of its own. */
export function isValueRoot(name: string): name is ValueRoot {
  return roots.get(name)?.origin !== undefined
}

/** Names with a value that a place has. */
export function rootsIn(place: { readonly body: boolean; readonly response: boolean }): readonly string[] {
  return [...roots].flatMap(([name, { origin, needs }]) =>
    origin !== undefined && (needs === undefined || place[needs]) ? [name] : [],
  )
}

/** The functions of the platform, as authors write them. */
export const functions = ['get_secret', 'get_variable', 'now', 'user.profile_fields.by_id'] as const

/** The name of a function. */
export type FunctionName = (typeof functions)[number]

const functionWords: readonly string[] = ['get_secret', 'get_variable', 'now']

/** Words of the language itself. */
const keywords: readonly string[] = [
  'true',
  'false',
  'nil',
  'null',
  'empty',
  'blank',
  'and',
  'or',
  'not',
  'contains',
  'in',
  'continue',
]

/** Whether the word is a function that was written without its parentheses. */
export function isFunctionWord(word: string): boolean {
  return functionWords.includes(word)
}

/** Whether the word belongs to the language. */
export function isKeyword(word: string): boolean {
  return keywords.includes(word)
}

/** Whether `assign`, `capture` and `for` may not bind the name. */
export function isReserved(name: string): boolean {
  return roots.has(name) || isFunctionWord(name) || isKeyword(name)
}

/** What a secret and a variable may be called. */
export const storedName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
