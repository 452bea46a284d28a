export interface Product {
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly price_cents: number
  readonly stock: number
  readonly tags: readonly string[]
}

type Line = readonly [name: string, priceCents: number, stock: number, tags: string]

const catalogue: Readonly<Record<string, readonly Line[]>> = {
  tools: [
    ['Claw hammer', 1890, 42, 'hand steel'],
    ['Ball-peen hammer', 2150, 17, 'hand steel'],
    ['Cordless drill', 12900, 9, 'power battery'],
    ['Drill bit set', 2490, 63, 'steel set'],
    ['Adjustable wrench', 1690, 31, 'hand steel'],
    ['Socket set', 5490, 12, 'hand steel set'],
    ['Spirit level', 1290, 25, 'hand measuring'],
    ['Tape measure', 790, 88, 'hand measuring'],
    ['Jigsaw', 8900, 6, 'power'],
    ['Anvil, 25 kg', 18900, 3, 'steel heavy'],
  ],
  garden: [
    ['Watering can', 1490, 40, 'steel'],
    ['Pruning shears', 2290, 33, 'hand steel'],
    ['Garden hose, 20 m', 3190, 21, 'water'],
    ['Wheelbarrow', 8990, 7, 'steel heavy'],
    ['Leaf rake', 1790, 29, 'hand'],
    ['Compost bin', 6490, 11, 'recycled'],
    ['Hedge trimmer', 10900, 5, 'power battery'],
    ['Bird feeder', 990, 54, 'wood'],
    ['Seed tray set', 690, 77, 'recycled set'],
    ['Rain barrel', 7990, 8, 'water recycled'],
  ],
  'home & kitchen': [
    ['Cast iron pan', 4490, 19, 'steel heavy'],
    ['Chef knife', 5990, 22, 'hand steel'],
    ['Cutting board', 2490, 36, 'wood'],
    ['Kitchen scale', 2990, 27, 'battery measuring'],
    ['Whistling kettle', 3490, 18, 'steel water'],
    ['Storage jar set', 2190, 44, 'glass set'],
    ['Mixing bowl set', 2690, 30, 'steel set'],
    ['Hand blender', 4990, 13, 'power'],
    ['Wall clock', 2990, 16, 'battery'],
    ['Door mat', 1590, 38, 'recycled'],
  ],
  outdoor: [
    ['Two-person tent', 17900, 6, 'camping'],
    ['Sleeping bag', 8990, 14, 'camping'],
    ['Camping stove', 5490, 10, 'camping steel'],
    ['Head torch', 2490, 47, 'battery camping'],
    ['Water bottle', 1990, 92, 'steel water'],
    ['Trekking poles', 6490, 12, 'hand set'],
    ['Rope, 30 m', 3990, 20, 'camping'],
    ['First aid kit', 2290, 35, 'set'],
    ['Binoculars', 9990, 8, 'measuring'],
    ['Rocket skates', 49900, 1, 'power heavy'],
  ],
}

/** Everything that Acme sells, in the order of the catalogue. */
export const products: readonly Product[] = Object.entries(catalogue).flatMap(([category, lines], section) =>
  lines.map(([name, priceCents, stock, tags], index) => ({
    sku: `AC-${section + 1}${String(index + 1).padStart(2, '0')}`,
    name,
    category,
    price_cents: priceCents,
    stock,
    tags: tags.split(' '),
  })),
)

export const categories: readonly string[] = Object.keys(catalogue)

export const sortOrders = ['name', 'price', 'stock'] as const

export type SortOrder = (typeof sortOrders)[number]

export interface ProductFilter {
  readonly text: string
  readonly category: string
  /** A product must bear them all. */
  readonly tags: readonly string[]
  readonly sort: SortOrder
}

/** The products that match, in the order asked for. */
export function findProducts({ text, category, tags, sort }: ProductFilter): readonly Product[] {
  const wanted = text.trim().toLowerCase()
  const found = products.filter(
    (product) =>
      product.name.toLowerCase().includes(wanted) &&
      (category === '' || product.category === category) &&
      tags.every((tag) => product.tags.includes(tag)),
  )
  return found.sort(comparisons[sort])
}

const comparisons: Readonly<Record<SortOrder, (a: Product, b: Product) => number>> = {
  name: (a, b) => a.name.localeCompare(b.name, 'en'),
  price: (a, b) => a.price_cents - b.price_cents,
  stock: (a, b) => b.stock - a.stock,
}
