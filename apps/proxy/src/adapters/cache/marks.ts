/**
 * What was invalidated, as this process knows it. A stored answer depends on some marks, each of which has a number;
 * invalidating raises the number, and the answer holds for as long as the numbers that stood there when its request
 * began. A tenant and a connector have a mark of their own. URLs, of which there is no end, share about a million:
 * two of them with one mark invalidate each other, which costs a request and no correctness, and nothing grows.
 */
export interface Marks {
  take(tags: readonly string[]): MarksTaken
  isCurrent(taken: MarksTaken): boolean
  invalidate(names: readonly string[]): void
  /** Where it is not known what was invalidated. */
  invalidateAll(): void
}

/** The numbers of some marks at one moment. */
export interface MarksTaken {
  /** How often anything at all had been invalidated: where nothing was since, nothing else need be compared. */
  readonly changes: number
  readonly epoch: number
  readonly generation: string
  readonly names: readonly string[]
  readonly numbers: readonly number[]
}

/**
 * A count that every proxy reads from the store of connectors and any may raise: the way by which an
 * invalidation reaches the others while Redis cannot be reached. Neither function throws.
 */
export interface Generation {
  /** As last read, without waiting. */
  current(): string
  raise(): void
}

/** A single process has nobody to tell. */
export const noGeneration: Generation = { current: () => '', raise: () => undefined }

const urlMarks = 2 ** 20

/** The mark of a tag: `u` and a number for a URL, the tag itself (a digest) for anything else. */
export function markOf(tag: string): string {
  if (!tag.startsWith('u')) return tag
  return `u${Buffer.from(tag.slice(1, 9), 'base64url').readUInt32BE(0) % urlMarks}`
}

/** Whether a text from outside is the name of a mark. */
export function isMark(name: string): boolean {
  return /^(?:u[0-9]{1,7}|[ct][\w-]{43})$/.test(name)
}

/** Creates the marks of a process. */
export function createMarks(generation: Generation = noGeneration): Marks {
  const ofUrls = new Uint32Array(urlMarks)
  const ofOthers = new Map<string, number>()
  let epoch = 0
  let changes = 0
  const numberOf = (name: string) =>
    name.startsWith('u') ? (ofUrls[Number(name.slice(1))] ?? 0) : (ofOthers.get(name) ?? 0)
  return {
    take(tags) {
      const names = tags.map(markOf)
      return { changes, epoch, generation: generation.current(), names, numbers: names.map(numberOf) }
    },
    isCurrent(taken) {
      if (taken.generation !== generation.current()) return false
      if (taken.changes === changes) return true
      return (
        taken.epoch === epoch && taken.names.every((name, index) => numberOf(name) === taken.numbers[index])
      )
    },
    invalidate(names) {
      changes += 1
      for (const name of names) {
        if (name.startsWith('u')) ofUrls[Number(name.slice(1))] = numberOf(name) + 1
        else ofOthers.set(name, numberOf(name) + 1)
      }
    },
    invalidateAll() {
      changes += 1
      epoch += 1
    },
  }
}
