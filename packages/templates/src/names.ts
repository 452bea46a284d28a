/** Names that mean something by themselves and that no template may bind. */
const roots = ['user', 'tenant_id', 'pathParams', 'body', 'body_text', 'response', 'forloop'] as const

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
  return (roots as readonly string[]).includes(name) || isFunctionWord(name) || isKeyword(name)
}

/** What a secret and a variable may be called. */
export const storedName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
