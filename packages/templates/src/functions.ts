import { type FunctionName, storedName } from './names.ts'

/** The argument of a call; nothing when the function does not take it. */
export function checkArgument(
  name: FunctionName,
  literal: string | number | undefined,
): string | number | undefined {
  switch (name) {
    case 'get_secret':
    case 'get_variable':
      return typeof literal === 'string' && storedName.test(literal) ? literal : undefined
    case 'now':
      if (literal === undefined) return 0
      return Number.isSafeInteger(literal) ? Number(literal) : undefined
    case 'user.profile_fields.by_id':
      return Number.isSafeInteger(literal) && Number(literal) >= 0 ? Number(literal) : undefined
  }
}

/** How a function is written. */
export function example(name: FunctionName | string): string {
  switch (name) {
    case 'now':
      return 'now() or now(-60)'
    case 'user.profile_fields.by_id':
      return 'user.profile_fields.by_id(123)'
    default:
      return `${name}('name')`
  }
}

/** What to write instead of a call that is wrong. */
export function adviceFor(name: FunctionName): string {
  switch (name) {
    case 'now':
      return 'now takes a whole number of seconds or nothing: write now() or now(-60).'
    case 'user.profile_fields.by_id':
      return 'by_id takes the number of a field: write user.profile_fields.by_id(123).'
    default:
      return `${name} takes one name in quotes, letters, digits and _ (at most 128): write ${example(name)}.`
  }
}
