import { decodedOnce } from './escapes.ts'
import { formsOf, shortestSearchedBytes } from './forms.ts'
import { createInjectedSearch, holdsInjected } from './injected-search.ts'

/**
 * Whether a short text repeats one of some values in any spelling, values of fewer bytes than a response is searched for
 * included: for texts that are withheld rather too often.
 */
export function repeats(text: string, values: readonly string[]): boolean {
  const bytes = Buffer.from(text)
  const search = createInjectedSearch(values)
  if (search !== undefined && holdsInjected(bytes, search)) return true
  const once = decodedOnce(bytes)
  const texts = [bytes, once, decodedOnce(once)]
  return values
    .filter((value) => value !== '' && Buffer.byteLength(value) < shortestSearchedBytes)
    .flatMap((value) => formsOf(value))
    .some((form) => texts.some((one) => one.includes(form.bytes)))
}
