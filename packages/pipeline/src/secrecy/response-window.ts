import { ProblemError } from '@sluice/connector-schema'
import type { MultiSearch } from './multi-search.ts'
import { masked } from './secret.ts'

/** What happens to a secret in an answer. */
export type OnEcho = 'fail' | 'redact'

/** Takes a body piece by piece. Each byte is searched once, and a secret is found wherever it is cut. */
export interface EchoSieve {
  /**
   * What may go on of all that was taken so far. Held back is only what could be the beginning of a secret, so that no
   * part of one leaves before the whole is seen.
   *
   * @throws ProblemError `SECRET_IN_RESPONSE`
   */
  take(piece: Buffer): readonly Buffer[]
  /** What is still held back, once no more comes. */
  rest(): Buffer
}

/** Creates the sieve of one body. */
export function createEchoSieve(search: MultiSearch, onEcho: OnEcho): EchoSieve {
  let held: Buffer = Buffer.alloc(0)
  return {
    take(piece) {
      const text = held.length === 0 ? piece : Buffer.concat([held, piece])
      const { clean, rest } = cleaned(text, search, onEcho)
      const open = search.openEnd(rest, 0)
      held = rest.subarray(open)
      return open === 0 ? clean : [...clean, rest.subarray(0, open)]
    },
    rest: () => held,
  }
}

/**
 * Some bytes without what the search finds.
 *
 * @throws ProblemError `SECRET_IN_RESPONSE`
 */
export function bytesWithoutEcho(bytes: Uint8Array, search: MultiSearch, onEcho: OnEcho): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { clean, rest } = cleaned(text, search, onEcho)
  return clean.length === 0 ? rest : Buffer.concat([...clean, rest])
}

const redacted = Buffer.from(masked, 'utf8')

/** The parts up to the last match, and what follows it. */
function cleaned(
  text: Buffer,
  search: MultiSearch,
  onEcho: OnEcho,
): { readonly clean: readonly Buffer[]; readonly rest: Buffer } {
  const clean: Buffer[] = []
  let from = 0
  for (let match = search.find(text, 0); match !== undefined; match = search.find(text, from)) {
    if (onEcho === 'fail') throw secretInResponse()
    clean.push(text.subarray(from, match.begin), redacted)
    from = match.end
  }
  return { clean, rest: from === 0 ? text : text.subarray(from) }
}

function secretInResponse(): ProblemError {
  const detail = 'The answer of the API repeats a credential that it was sent; it is withheld'
  return new ProblemError('SECRET_IN_RESPONSE', { detail })
}
