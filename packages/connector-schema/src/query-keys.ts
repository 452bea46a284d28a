/** Which query keys some API could take for one and the same. Runs in browsers too. */
import { foldedBeyondLowerCase } from './case-folding-table.ts'

const beyondLowerCase = new RegExp(`[${[...foldedBeyondLowerCase.keys()].join('')}]`, 'gu')

/** Unicode simple case folding: `ſcope` and `SCOPE` are both `scope`. */
export function foldCase(text: string): string {
  return text
    .toLowerCase()
    .replace(beyondLowerCase, (character) => foldedBeyondLowerCase.get(character) ?? character)
}

/** Query keys are the same key to many APIs whatever their case, and with or without `[…]`. */
export function foldQueryKey(key: string): string {
  const bracket = key.indexOf('[')
  return foldCase(bracket > 0 ? key.slice(0, bracket) : key)
}

/**
 * Every key that some API could take for the same: PHP and Rack, for instance, read `[limit]`, `limit[[]]`,
 * ` limit` and `limit` alike, and `a.b` as `a_b`. Only letters and digits count, in front of a bracket and in all.
 */
export function nearQueryKeys(key: string): readonly [string, string] {
  return [lettersOf(foldQueryKey(key)), lettersOf(foldCase(key))]
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '')
}

/**
 * Parameters with which a caller would change the method, turn a response into a script, or send a credential of
 * its own: no definition that merely allows unlisted parameters means these.
 */
const neverUnlisted: ReadonlySet<string> = new Set(
  ['callback', 'jsonp', 'access_token', 'api_key', 'apikey', 'token'].map(lettersOf),
)

/** Only with something in front: `method` alone is a parameter like any other. */
const neverUnlistedBehindASign: ReadonlySet<string> = new Set(['method', 'httpmethod'])

// Some parsers end a key at a control character.
const controlCharacter = /\p{Cc}/u
const signFirst = /^[^\p{L}\p{N}]/u

/**
 * Whether a call may send a key that the definition does not list, where it allows such keys at all.
 *
 * @param reserved - the `nearQueryKeys` of every listed and reserved key
 */
export function mayBeUnlisted(key: string, reserved: ReadonlySet<string>): boolean {
  if (controlCharacter.test(key)) return false
  // What jQuery adds against caches, and the one key without a letter that libraries send.
  if (key === '_') return !reserved.has('')
  return nearQueryKeys(key).every(
    (near) =>
      near !== '' &&
      !reserved.has(near) &&
      !neverUnlisted.has(near) &&
      !(signFirst.test(key) && neverUnlistedBehindASign.has(near)),
  )
}
