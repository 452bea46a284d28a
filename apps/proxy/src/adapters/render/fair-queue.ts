/** How much may wait. */
export interface QueueBounds {
  readonly perTenant: number
  readonly total: number
}

/** What waits, first come first served within a tenant; the tenants take turns. */
export interface FairQueue<Item> {
  /**
   * Gives what has no place: the item itself where its tenant waits with too many, or, where all places are taken,
   * the newest of the tenant that has most.
   */
  add(tenantId: string, item: Item): Item | undefined
  size(): number
  next(): Item | undefined
  remove(tenantId: string, item: Item): void
  drain(): readonly Item[]
}

/** Makes an empty queue. */
export function createFairQueue<Item>({ perTenant, total }: QueueBounds): FairQueue<Item> {
  // In the order of turns: a map keeps the order in which keys were set.
  const waiting = new Map<string, Item[]>()
  let count = 0

  function longest(): [string, Item[]] | undefined {
    let found: [string, Item[]] | undefined
    for (const entry of waiting) if (entry[1].length > (found?.[1].length ?? 0)) found = entry
    return found
  }

  function drop(tenantId: string, items: Item[], index: number): Item | undefined {
    const [item] = items.splice(index, 1)
    if (items.length === 0) waiting.delete(tenantId)
    count -= 1
    return item
  }

  return {
    add(tenantId, item) {
      const own = waiting.get(tenantId) ?? []
      if (own.length >= perTenant) return item
      let refused: Item | undefined
      if (count >= total) {
        const [other, items] = longest() ?? []
        if (other === undefined || items === undefined || items.length <= own.length + 1) return item
        refused = drop(other, items, items.length - 1)
      }
      own.push(item)
      waiting.set(tenantId, own)
      count += 1
      return refused
    },
    size: () => count,
    next() {
      const [first] = waiting
      if (first === undefined) return undefined
      const [tenantId, items] = first
      const item = drop(tenantId, items, 0)
      if (waiting.delete(tenantId)) waiting.set(tenantId, items)
      return item
    },
    remove(tenantId, item) {
      const items = waiting.get(tenantId)
      const index = items?.indexOf(item) ?? -1
      if (items !== undefined && index >= 0) drop(tenantId, items, index)
    },
    drain() {
      const all = [...waiting.values()].flat()
      waiting.clear()
      count = 0
      return all
    },
  }
}
