import { repeats } from '../secrecy/repeats.ts'
import type { Disclosure } from './disclosure.ts'
import type { TokenResponse } from './token-response.ts'

type ShownResponse = Extract<Disclosure, { readonly exchanged: unknown }>['exchanged']

const withheld = '(withheld: it repeats what was sent)'

/** A token endpoint's response for the owner of the credentials: what it says of a failure, and nothing of a token. */
export function shownResponse(
  { status, contentType, fields }: TokenResponse,
  sent: readonly string[],
): ShownResponse {
  const credentials = sent.filter(({ length }) => length >= minSentLength)
  const shown = (value: unknown) => {
    if (typeof value !== 'string') return null
    return repeats(value, credentials) ? withheld : value
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
