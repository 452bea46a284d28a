/** About a kilobyte of JSON: what a widget usually gets. */
export const small = jsonOf(8)

/** About 100 KB of JSON. */
export const large = jsonOf(830)

/** The same with two escapes in each item, around which the response scan decodes. */
export const escaped = jsonOf(800, 'a "short" note')

function jsonOf(count: number, note = 'a short note on it'): Buffer {
  const items = Array.from({ length: count }, (_, index) => ({
    id: index,
    name: `Item ${String(index).padStart(4, '0')}`,
    state: index % 3 === 0 ? 'open' : 'done',
    owner: `user-${index % 17}@example.com`,
    amount: index * 3.25,
    note,
  }))
  return Buffer.from(JSON.stringify({ items }))
}
