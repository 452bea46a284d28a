import { products } from './products.ts'

export interface Order {
  readonly id: string
  readonly placed_on: string
  readonly status: 'open' | 'shipped' | 'delivered'
  readonly total_cents: number
  readonly lines: readonly { readonly sku: string; readonly name: string; readonly quantity: number }[]
}

type Line = readonly [sku: string, quantity: number]

const book: ReadonlyMap<string, readonly Order[]> = new Map([
  [
    '7',
    [
      order(['A-1041', '2026-10-02', 'delivered'], ['AC-101', 1], ['AC-108', 2]),
      order(['A-1077', '2026-11-12', 'shipped'], ['AC-303', 1]),
      order(['A-1090', '2026-11-21', 'open'], ['AC-405', 4]),
    ],
  ],
  ['8', [order(['A-1066', '2026-11-05', 'delivered'], ['AC-401', 1])]],
])

/** The orders of one customer, newest last; a customer without any has an empty list. */
export function ordersOf(userId: string): readonly Order[] {
  return book.get(userId) ?? []
}

type Head = readonly [id: string, placedOn: string, status: Order['status']]

function order([id, placedOn, status]: Head, ...lines: readonly Line[]): Order {
  const priced = lines.map(([sku, quantity]) => {
    const product = products.find((candidate) => candidate.sku === sku)
    if (product === undefined) throw new Error(`order ${id} names ${sku}, which Acme does not sell`)
    return { sku, name: product.name, quantity, cents: product.price_cents * quantity }
  })
  return {
    id,
    placed_on: placedOn,
    status,
    total_cents: priced.reduce((sum, line) => sum + line.cents, 0),
    lines: priced.map(({ sku, name, quantity }) => ({ sku, name, quantity })),
  }
}
