import { readFileSync } from 'node:fs'
import type { SliceOptions } from '@sluice/pipeline/compile'
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { offsetInLiteral } from './diagnostics/string-literal.ts'
import { depthOf, duplicateKeys, nodeAt } from './json-tree.ts'
import { scanJson, type TextRange } from './scan-json.ts'
import { offsetOf, type Position, positionsOf } from './text-positions.ts'

/** A mistake in a file, with its place. */
export interface FileIssue extends Position {
  readonly file: string
  readonly code: string
  /** Where in the JSON value, e.g. `connectors[2].url`; absent where the file is no JSON. */
  readonly path?: string
  readonly message: string
  /** The place in the template at `path`, as its author wrote it. */
  readonly template?: Position
  /** The text around the place, with a caret; see `codeFrame`. */
  readonly frame?: readonly string[]
}

/** A JSON file as it was read: its value, and where each part of it stands. */
export interface JsonFile {
  readonly file: string
  readonly text: string
  /** `undefined` when there are errors. */
  readonly value: unknown
  readonly errors: readonly FileIssue[]
  /** Where the value at a path such as `connectors[2].headers[0].key` stands; the nearest holder otherwise. */
  readonly locate: (path: string) => Position
  /** Where the key at a path stands, or the value where it has none. */
  readonly locateKey: (path: string) => Position
  /** Where a place inside the string at a path stands in the file; `undefined` where there is no such string. */
  readonly locateInString: (path: string, place: Position) => StringPlace | undefined
}

/** A place inside a string of a file. */
export interface StringPlace extends Position {
  /** The string's value. */
  readonly value: string
}

/** No definition needs more; readers that recurse stand it. */
const deepest = 200

const unreadable = 'The file is not there or cannot be read; name it, or make one with `sluice init`'
const tooDeep = `Objects and arrays stand more than ${deepest} deep in each other; write fewer levels`

/**
 * Reads strict JSON. Beyond the grammar it refuses keys that stand twice in one object, of which one would
 * silently win.
 */
export function readJsonFile(file: string): JsonFile {
  const text = readText(file)
  if (text === undefined) return refused(file, 'UNREADABLE_FILE', unreadable)
  return depthOf(text) > deepest ? refused(file, 'INVALID_JSON', tooDeep) : parseJsonFile(file, text)
}

/**
 * The same in slices, between which what waits is served. Only a file with a mistake is read in one go: its places are
 * found by a tree of the whole.
 */
export async function readJsonFileInSlices(file: string, slices: SliceOptions): Promise<JsonFile> {
  const text = readText(file)
  const value = text === undefined ? undefined : valueIn(text)
  if (text === undefined || value === undefined) return readJsonFile(file)
  const { deepest: depth, hasDuplicateKeys, entries } = await scanJson(text, slices)
  if (depth > deepest || hasDuplicateKeys) return readJsonFile(file)
  return jsonFile({ file, text, value, errors: [], find: finderAmong(text, entries) })
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A node, and where the text begins of which its tree was made. */
interface FoundNode extends ReturnType<typeof nodeAt> {
  readonly base: number
}

/** Finds the node at a path, or its nearest holder. */
type Find = (path: string) => FoundNode | undefined

/** Finds nodes in the tree of one entry, where a path leads into one: others are not looked at. */
function finderAmong(text: string, entries: readonly TextRange[]): Find {
  let whole: Node | undefined
  return (path) => {
    const [, index = '', rest = ''] = /^connectors\[(\d+)\]\.?(.*)$/s.exec(path) ?? []
    const entry = index === '' ? undefined : entries[Number(index)]
    const tree = entry && parseTree(text.slice(entry.begin, entry.end))
    if (entry !== undefined && tree !== undefined) return { ...nodeAt(tree, rest), base: entry.begin }
    whole ??= parseTree(text)
    return whole && { ...nodeAt(whole, path), base: 0 }
  }
}

function parseJsonFile(file: string, text: string): JsonFile {
  const position = positionsOf(text)
  const syntaxErrors: ParseError[] = []
  const tree = parseTree(text, syntaxErrors, { disallowComments: true, allowTrailingComma: false })
  const errors = syntaxErrors.slice(0, 1).map(({ error, offset }) => {
    const message = `This is not valid JSON here: ${words(printParseErrorCode(error))}`
    return { file, code: 'INVALID_JSON', message, ...position(offset) }
  })
  for (const key of tree === undefined ? [] : duplicateKeys(tree)) {
    const message = `The key \`${String(key.value)}\` stands twice in this object; remove one of the two`
    errors.push({ file, code: 'DUPLICATE_KEY', message, ...position(key.offset) })
  }
  const find: Find = (path) => (tree === undefined ? undefined : { ...nodeAt(tree, path), base: 0 })
  return jsonFile({ file, text, value: errors.length === 0 ? JSON.parse(text) : undefined, errors, find })
}

function jsonFile({
  find,
  ...read
}: Pick<JsonFile, 'file' | 'text' | 'value' | 'errors'> & { readonly find: Find }): JsonFile {
  const { text } = read
  const position = positionsOf(text)
  return {
    ...read,
    locate(path) {
      const found = find(path)
      return position(found === undefined ? 0 : found.base + found.node.offset)
    },
    locateKey(path) {
      const found = find(path)
      if (found === undefined) return position(0)
      const property = found.isExact ? propertyOf(found.node) : undefined
      return position(found.base + (property ?? found.node).offset)
    },
    locateInString(path, place) {
      const found = find(path)
      if (found?.isExact !== true || found.node.type !== 'string') return undefined
      const begin = found.base + found.node.offset
      const value: string = found.node.value
      const within = offsetInLiteral(text.slice(begin, begin + found.node.length), offsetOf(value, place))
      return { value, ...position(begin + within) }
    },
  }
}

function propertyOf({ parent }: Node): Node | undefined {
  return parent?.type === 'property' ? parent : undefined
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

/** A file of which nothing is looked at. */
function refused(file: string, code: string, message: string): JsonFile {
  return { ...parseJsonFile(file, ''), errors: [{ file, code, message, line: 1, column: 1 }] }
}

/** `PropertyNameExpected` → `property name expected`. */
function words(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
}
