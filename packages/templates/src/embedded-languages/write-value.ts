import { RenderFailure } from '../evaluate/render-error.ts'
import { type Meter, toText } from '../positions/escaping/escape.ts'
import type { InnerLanguage } from './language.ts'

/** Writes a value in an embedded language. */
export type WriteValue = (value: unknown, meter: Meter) => string

/**
 * How a filter of an embedded language writes its values: a text as one literal, a list as literals with commas between
 * them.
 *
 * @param open - what the author wrote around the value: the value is then only what is inside
 */
export function valueWriter(language: InnerLanguage, open?: string): WriteValue {
  const { name, quote, content } = language
  const write = open === undefined ? quote : (text: string) => content(text, open)
  return (value, meter) => {
    if (Array.isArray(value)) {
      requireListPlace(language, open)
      return writeList(value, { name, quote, meter })
    }
    const text = toText(value, meter)
    meter.use(text.length)
    return write(text)
  }
}

function requireListPlace({ name, hasLists }: InnerLanguage, open: string | undefined): void {
  if (!hasLists) {
    const message = `${name} takes one value, not a list: write a condition for each element in a {% for %}.`
    throw new RenderFailure('filter', message)
  }
  if (open === undefined) return
  const message = `${name} gives each element of a list its own quotes: remove the quotes around the output.`
  throw new RenderFailure('filter', message)
}

function writeList(
  list: readonly unknown[],
  { name, quote, meter }: Pick<InnerLanguage, 'name' | 'quote'> & { readonly meter: Meter },
): string {
  if (list.length === 0) {
    throw new RenderFailure('missing', `The list for ${name} is empty: write | default: before it.`)
  }
  const literals = list.map((element) => {
    if (element === undefined || element === null || Array.isArray(element)) {
      throw new RenderFailure('filter', `An element of the list for ${name} is missing or a list itself.`)
    }
    return quote(toText(element, meter))
  })
  const text = literals.join(',')
  meter.use(text.length)
  return text
}
