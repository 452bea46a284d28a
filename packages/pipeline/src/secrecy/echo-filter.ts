import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import type { MultiSearch } from './multi-search.ts'
import { masked } from './secret.ts'

/** What happens to a secret in an answer. */
export type OnEcho = 'fail' | 'redact'

/** A body without what the search finds; destroying it destroys the source. */
export function withoutEcho(source: Readable, search: MultiSearch, onEcho: OnEcho): Readable {
  const filter = new EchoFilter(search, onEcho)
  // Errors travel along the pipeline: a failed source fails the filter, a filter that is let go frees the source.
  pipeline(source, filter, () => {})
  // Nobody may be listening (yet) when it fails; that must not end the process.
  filter.on('error', () => {})
  return filter
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

/** Holds back only what could be the beginning of a secret, so that no part of one leaves before the whole is seen. */
class EchoFilter extends Transform {
  readonly #search: MultiSearch
  readonly #onEcho: OnEcho
  #held: Buffer = Buffer.alloc(0)

  constructor(search: MultiSearch, onEcho: OnEcho) {
    super()
    this.#search = search
    this.#onEcho = onEcho
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    const text = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    try {
      const { clean, rest } = cleaned(text, this.#search, this.#onEcho)
      for (const part of clean) this.push(part)
      const open = this.#search.openEnd(rest, 0)
      if (open > 0) this.push(rest.subarray(0, open))
      this.#held = rest.subarray(open)
      callback()
    } catch (error) {
      callback(error instanceof Error ? error : new Error('The search failed', { cause: error }))
    }
  }

  override _flush(callback: TransformCallback): void {
    callback(null, this.#held)
  }
}

/** The parts up to the last match, and what follows it. */
function cleaned(text: Buffer, search: MultiSearch, onEcho: OnEcho): { clean: Buffer[]; rest: Buffer } {
  const clean: Buffer[] = []
  let from = 0
  for (let match = search.find(text, 0); match !== undefined; match = search.find(text, from)) {
    if (onEcho === 'fail') throw secretInResponse()
    clean.push(text.subarray(from, match.begin), redacted)
    from = match.end
  }
  return { clean, rest: text.subarray(from) }
}

function secretInResponse(): ProblemError {
  const detail = 'The answer of the API repeats a credential that it was sent; it is withheld'
  return new ProblemError('SECRET_IN_RESPONSE', { detail })
}
