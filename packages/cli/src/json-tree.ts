import { createScanner, type Node } from 'jsonc-parser'

// The library's names for these are a const enum, which single files cannot be compiled against.
const [openBrace, closeBrace, openBracket, closeBracket, endOfText] = [1, 2, 3, 4, 17]

/**
 * The node at a path such as `connectors[2].headers[0].key`, or its nearest holder. Keys may hold dots and
 * brackets themselves: the longest key that fits is taken.
 */
export function nodeAt(tree: Node, path: string): { readonly node: Node; readonly isExact: boolean } {
  if (path === '') return { node: tree, isExact: true }
  if (tree.type === 'array') {
    const index = /^\[(\d+)\]\.?/.exec(path)
    const child = index === null ? undefined : tree.children?.[Number(index[1])]
    return child === undefined || index === null
      ? { node: tree, isExact: false }
      : nodeAt(child, path.slice(index[0].length))
  }
  const fitting = (tree.type === 'object' ? (tree.children ?? []) : [])
    .filter((property) => property.children?.length === 2 && leads(keyOf(property), path))
    .toSorted((a, b) => keyOf(b).length - keyOf(a).length)
  const value = fitting[0]?.children?.[1]
  if (fitting[0] === undefined || value === undefined) return { node: tree, isExact: false }
  return nodeAt(value, path.slice(keyOf(fitting[0]).length).replace(/^\./, ''))
}

/** Every key that stands in one object a second time. */
export function duplicateKeys(node: Node): readonly Node[] {
  const found: Node[] = []
  const seen = new Set<unknown>()
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined
    if (key !== undefined && seen.has(key.value)) found.push(key)
    seen.add(key?.value)
    found.push(...duplicateKeys(child))
  }
  return found
}

/** How deep objects and arrays stand in each other, without recursion: a hostile file must not exhaust the stack. */
export function depthOf(text: string): number {
  const scanner = createScanner(text, true)
  let depth = 0
  let deepest = 0
  for (let token: number = scanner.scan(); token !== endOfText; token = scanner.scan()) {
    if (token === openBrace || token === openBracket) depth += 1
    else if (token === closeBrace || token === closeBracket) depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

function keyOf(property: Node): string {
  return String(property.children?.[0]?.value)
}

function leads(key: string, path: string): boolean {
  const next = path[key.length]
  return path.startsWith(key) && (next === undefined || next === '.' || next === '[')
}
