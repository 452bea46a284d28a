/** Some bytes of a text that was decoded, or of the stream itself, and where in the stream they came from. */
export interface Stretch {
  readonly bytes: Buffer
  readonly begins: Places
  readonly ends: Places
}

/**
 * One after the other from a place on; or each byte at a place of its own; or nowhere, where no one will ask.
 */
export type Places = number | Float64Array | undefined

/** The place of a byte. */
export function placeAt(places: Places, index: number): number {
  if (places === undefined) return 0
  return typeof places === 'number' ? places + index : (places[index] ?? 0)
}

/** Bytes that follow on others. */
export function joinedStretch(first: Stretch, second: Stretch): Stretch {
  if (first.bytes.length === 0) return second
  return {
    bytes: Buffer.concat([first.bytes, second.bytes]),
    begins: joinedPlaces(first.begins, second.begins),
    ends: joinedPlaces(first.ends, second.ends),
  }
}

function joinedPlaces(first: Places, second: Places): Places {
  if (!(first instanceof Float64Array) || !(second instanceof Float64Array)) return first
  const both = new Float64Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/** The end of a stretch; a copy, so that the rest of a large piece is not kept for it. */
export function endOfStretch(stretch: Stretch, from: number): Stretch {
  if (from === 0) return stretch
  const { bytes, begins, ends } = stretch
  return {
    bytes: Buffer.from(bytes.subarray(from)),
    begins: placesFrom(begins, from),
    ends: placesFrom(ends, from),
  }
}

function placesFrom(places: Places, from: number): Places {
  if (places === undefined) return undefined
  return typeof places === 'number' ? places + from : places.slice(from)
}
