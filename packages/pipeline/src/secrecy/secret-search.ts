/** What no answer of an exchange may hold: the secrets and tokens that were injected into it. */
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { PreparedHeader } from '../steps/exchange.ts'
import { bearsSecret } from './masked-text.ts'
import { createMultiSearch, type MultiSearch, tableBytes } from './multi-search.ts'
import { formsOf, shortestSearchedBytes } from './spellings.ts'

/** Most connectors send the same secrets each time. No longer than secrets themselves may stay in memory. */
const remembered = new LRUCache<string, { readonly search: MultiSearch; readonly bytes: number }>({
  max: 500,
  maxSize: 16 * 1024 * 1024,
  sizeCalculation: ({ bytes }) => bytes,
  ttl: 60_000,
  ttlAutopurge: true,
})

/** The search for all that was injected; `undefined` where nothing is long enough. */
export function echoSearch(injected: {
  readonly secrets: ReadonlyMap<string, string>
  readonly headers: readonly PreparedHeader[]
}): MultiSearch | undefined {
  const values = new Set(injected.secrets.values())
  for (const header of injected.headers) {
    const credential = credentialOf(header)
    if (credential !== undefined) values.add(credential)
  }
  const searched = [...values].filter((value) => Buffer.byteLength(value) >= shortestSearchedBytes)
  if (searched.length === 0) return undefined
  const id = digestOf(searched)
  const known = remembered.get(id)
  if (known !== undefined) return known.search
  const forms = searched.flatMap(formsOf)
  const search = createMultiSearch(forms)
  remembered.set(id, { search, bytes: forms.reduce((sum, { byteLength }) => sum + byteLength, tableBytes) })
  return search
}

/** A header made of a secret (a token, a signature, a pair in Base64), without its scheme. */
function credentialOf({ value }: PreparedHeader): string | undefined {
  // What stands in the definition is no secret: a secret may have decided only that it is sent.
  if (!bearsSecret(value) || value.masked.includes(value.real)) return undefined
  return value.real.replace(/^\S+ +/, '')
}

function digestOf(values: readonly string[]): string {
  // Lengths in front tell apart what would read the same in a row.
  return hash('sha256', values.map((value) => `${value.length}:${value}`).join(''), 'base64url')
}
