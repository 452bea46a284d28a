/** What is under way, in no order. */
export interface InFlight<Item> {
  /** @returns what takes it out again, to be called once */
  add(item: Item): () => void
  all(): readonly Item[]
}

/**
 * An array and no `Set`: what a set lets go of stays in the tables that it has outgrown, and with it all that it leads
 * to, until the whole heap is collected. Under load that was most of what the collector had to do.
 */
export function createInFlight<Item>(): InFlight<Item> {
  const places: { readonly item: Item; at: number }[] = []
  return {
    add(item) {
      const place = { item, at: places.length }
      places.push(place)
      return () => {
        const last = places.pop()
        if (last === undefined || last === place) return
        places[place.at] = last
        last.at = place.at
      }
    },
    all: () => places.map(({ item }) => item),
  }
}
