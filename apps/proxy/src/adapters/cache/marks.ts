/**
 * What was invalidated, as this process knows it. Every tag falls into one of 65,536 slots, and invalidating a
 * tag gives its slot another number: an answer holds for as long as the numbers that stood in its slots when its
 * request began. Two tags that share a slot invalidate each other, which costs a request and no correctness; in
 * return nothing grows, however many URLs are invalidated.
 */
export interface Marks {
  take(tags: readonly string[]): MarksTaken
  isCurrent(taken: MarksTaken): boolean
  invalidate(slots: readonly number[]): void
  /** Where it is not known what was invalidated. */
  invalidateAll(): void
}

/** The numbers of some slots at one moment. */
export interface MarksTaken {
  readonly epoch: number
  readonly generation: string
  readonly slots: readonly number[]
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

const slotCount = 65_536

/** The slot of a tag, which is a digest already. */
export function slotOf(tag: string): number {
  const bytes = Buffer.from(tag.slice(0, 4), 'base64url')
  return bytes.readUInt16BE(0)
}

export function isSlot(slot: number): boolean {
  return Number.isInteger(slot) && slot >= 0 && slot < slotCount
}

/** Creates the marks of a process. */
export function createMarks(generation: Generation = noGeneration): Marks {
  const numbers = new Uint32Array(slotCount)
  let epoch = 0
  return {
    take(tags) {
      const slots = tags.map(slotOf)
      const taken = slots.map((slot) => numbers[slot] ?? 0)
      return { epoch, generation: generation.current(), slots, numbers: taken }
    },
    isCurrent(taken) {
      if (taken.epoch !== epoch || taken.generation !== generation.current()) return false
      return taken.slots.every((slot, index) => numbers[slot] === taken.numbers[index])
    },
    invalidate(slots) {
      for (const slot of slots) numbers[slot] = (numbers[slot] ?? 0) + 1
    },
    invalidateAll() {
      epoch += 1
    },
  }
}
