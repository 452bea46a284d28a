/**
 * What was invalidated, as this process knows it. A stored response depends on some marks, each of which has a number;
 * invalidating raises the number, and the response holds for as long as the numbers that were there when its request
 * began.
 *
 * Each tenant has marks of its own, and a bounded number: one for itself, one for each connector, and for its URLs, of
 * which there is no end, some 65,000. Two URLs with one mark invalidate each other, which costs a request and no
 * correctness. So nothing grows, and no tenant's writes invalidate what another has stored.
 */
export interface Marks {
  /** What the marks of some tags of a tenant say now. */
  take(tenantId: string, tags: readonly string[]): MarksTaken
  isCurrent(taken: MarksTaken): boolean
  invalidate(names: readonly string[]): void
  /** Where it is not known what was invalidated. */
  invalidateAll(): void
}

/** The numbers of some marks of a tenant at one moment. */
export interface MarksTaken {
  readonly tenant: TenantMarks
  /** How often anything of the tenant had been invalidated: where nothing was since, nothing else need be compared. */
  readonly changes: number
  readonly epoch: number
  readonly generation: string
  readonly names: readonly string[]
  readonly numbers: readonly number[]
}

/** The marks of one tenant. */
interface TenantMarks {
  changes: number
  /** The number of the tenant's own mark. */
  whole: number
  readonly connectors: Map<string, number>
  /** Made when a URL is first invalidated. */
  urls: Uint32Array | undefined
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

const urlMarks = 2 ** 16
/** More than a tenant has connectors; beyond it the whole tenant is invalidated instead. */
const maxConnectorMarks = 20_000

/**
 * A tag (`tagsOfScope`) is a letter, a digest of the tenant, and for anything but the tenant itself a dot and a digest of
 * what it is. A mark's name is the same, with a number in place of the digest of a URL.
 */
const tenantDigest = { begin: 1, end: 23 }

/** The mark of a tag. */
export function markOf(tag: string): string {
  if (!tag.startsWith('u')) return tag
  const number = Buffer.from(tag.slice(tenantDigest.end + 1, tenantDigest.end + 9), 'base64url').readUInt32BE(
    0,
  )
  return `${tag.slice(0, tenantDigest.end)}.${number % urlMarks}`
}

/** Whether a text from outside is the name of a mark. */
export function isMark(name: string): boolean {
  return /^(?:t[\w-]{22}|c[\w-]{22}\.[\w-]{22}|u[\w-]{22}\.[0-9]{1,5})$/.test(name)
}

/** The digest of the tenant in the name of a mark. */
export function tenantOf(name: string): string {
  return name.slice(tenantDigest.begin, tenantDigest.end)
}

/** The name of the mark on which everything of a tenant depends. */
export function wholeTenant(digest: string): string {
  return `t${digest}`
}

/** Creates the marks of a process. */
export function createMarks(generation: Generation = noGeneration): Marks {
  const tenants = new Map<string, TenantMarks>()
  // A tenant has a digest under each key of the ring, so that it is found under whichever a name was made with.
  const byDigest = new Map<string, TenantMarks>()
  let epoch = 0

  function marksOf(tenantId: string, names: readonly string[]): TenantMarks {
    const known = tenants.get(tenantId)
    const marks = known ?? { changes: 0, whole: 0, connectors: new Map(), urls: undefined }
    if (known === undefined) tenants.set(tenantId, marks)
    for (const name of names) if (name.startsWith('t')) byDigest.set(tenantOf(name), marks)
    return marks
  }

  return {
    take(tenantId, tags) {
      const names = tags.map(markOf)
      const tenant = marksOf(tenantId, names)
      const numbers = names.map((name) => numberOf(tenant, name))
      return { tenant, changes: tenant.changes, epoch, generation: generation.current(), names, numbers }
    },
    isCurrent(taken) {
      const { tenant, numbers } = taken
      if (taken.generation !== generation.current() || taken.epoch !== epoch) return false
      if (taken.changes === tenant.changes) return true
      return taken.names.every((name, index) => numberOf(tenant, name) === numbers[index])
    },
    invalidate(names) {
      for (const name of names) {
        const tenant = byDigest.get(tenantOf(name))
        // Nothing of it was ever taken here, so nothing that is stored depends on it.
        if (tenant !== undefined) raise(tenant, name)
      }
    },
    invalidateAll() {
      epoch += 1
    },
  }
}

function numberOf({ whole, connectors, urls }: TenantMarks, name: string): number {
  if (name.startsWith('t')) return whole
  if (name.startsWith('c')) return connectors.get(name) ?? 0
  return urls?.[urlNumber(name)] ?? 0
}

function raise(marks: TenantMarks, name: string): void {
  marks.changes += 1
  if (name.startsWith('t')) marks.whole += 1
  else if (name.startsWith('c')) raiseConnector(marks, name)
  else {
    marks.urls ??= new Uint32Array(urlMarks)
    marks.urls[urlNumber(name)] = numberOf(marks, name) + 1
  }
}

function raiseConnector(marks: TenantMarks, name: string): void {
  if (marks.connectors.size >= maxConnectorMarks && !marks.connectors.has(name)) {
    marks.connectors.clear()
    marks.whole += 1
  }
  marks.connectors.set(name, (marks.connectors.get(name) ?? 0) + 1)
}

function urlNumber(name: string): number {
  return Number(name.slice(tenantDigest.end + 1)) % urlMarks
}
