import { readFileSync } from 'node:fs'
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'

/** A place in a file, from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A mistake in a file, with its place. */
export interface FileIssue extends Position {
  readonly file: string
  readonly code: string
  readonly message: string
}

/** A JSON file as it was read: its value, and where each part of it stands. */
export interface JsonFile {
  readonly file: string
  /** `undefined` when there are errors. */
  readonly value: unknown
  readonly errors: readonly FileIssue[]
  /** Where the value at a path such as `connectors[2].headers[0].key` stands; the nearest holder otherwise. */
  readonly locate: (path: string) => Position
}

/**
 * Reads strict JSON. Beyond the grammar it refuses keys that stand twice in one object, of which one would
 * silently win.
 */
export function readJsonFile(file: string): JsonFile {
  const text = readText(file)
  if (text === undefined) return unreadable(file)
  const position = positionsOf(text)
  const syntaxErrors: ParseError[] = []
  const tree = parseTree(text, syntaxErrors, { disallowComments: true, allowTrailingComma: false })
  const errors = syntaxErrors.slice(0, 1).map(({ error, offset }) => {
    const message = `This is not valid JSON here: ${words(printParseErrorCode(error))}`
    return { file, code: 'INVALID_JSON', message, ...position(offset) }
  })
  if (tree !== undefined) {
    for (const key of duplicateKeys(tree)) {
      const message = `The key \`${String(key.value)}\` stands twice in this object`
      errors.push({ file, code: 'DUPLICATE_KEY', message, ...position(key.offset) })
    }
  }
  return {
    file,
    value: errors.length === 0 ? JSON.parse(text) : undefined,
    errors,
    locate: (path) => position(nearest(tree, segmentsOf(path))?.offset ?? 0),
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    // ENOENT, EACCES, EISDIR: the operating system cannot give us the file.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

function unreadable(file: string): JsonFile {
  const start = { line: 1, column: 1 }
  const message = 'The file is not there or cannot be read'
  return {
    file,
    value: undefined,
    errors: [{ file, code: 'UNREADABLE_FILE', message, ...start }],
    locate: () => start,
  }
}

/** `PropertyNameExpected` → `property name expected`. */
function words(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
}

function positionsOf(text: string): (offset: number) => Position {
  return (offset) => {
    const before = text.slice(0, offset)
    const lineStart = before.lastIndexOf('\n') + 1
    return { line: before.split('\n').length, column: offset - lineStart + 1 }
  }
}

function duplicateKeys(node: Node): Node[] {
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

function segmentsOf(path: string): (string | number)[] {
  const parts = path.match(/\[\d+\]|[^.[\]]+/g) ?? []
  return parts.map((part) => (part.startsWith('[') ? Number(part.slice(1, -1)) : part))
}

function nearest(tree: Node | undefined, segments: readonly (string | number)[]): Node | undefined {
  if (tree === undefined) return undefined
  for (let length = segments.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, segments.slice(0, length))
    if (node !== undefined) return node
  }
  return tree
}
