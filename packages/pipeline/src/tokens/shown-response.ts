import { formsOf } from '../secrecy/spellings.ts'
import type { Disclosure } from './disclosure.ts'
import type { TokenResponse } from './token-response.ts'

type ShownResponse = Extract<Disclosure, { readonly exchanged: unknown }>['exchanged']

const withheld = '(withheld: it repeats what was sent)'

/** A token endpoint's response for the owner of the credentials: what it says of a failure, and nothing of a token. */
export function shownResponse(
  { status, contentType, fields }: TokenResponse,
  sent: readonly string[],
): ShownResponse {
  const shown = (value: unknown) => {
    if (typeof value !== 'string') return null
    return repeats(value, sent) ? withheld : value
  }
  return {
    status,
    content_type: shown(contentType),
    error: shown(fields?.error),
    error_description: shown(fields?.error_description),
  }
}

/** A parameter shorter than this is a word, and no credential. */
const minSentLength = 8

function repeats(text: string, sent: readonly string[]): boolean {
  const bytes = Buffer.from(text)
  const forms = sent.filter(({ length }) => length >= minSentLength).flatMap(formsOf)
  return forms.some((form) => bytes.includes(form))
}
