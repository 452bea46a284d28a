import { readFileSync } from 'node:fs'
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import { offsetInLiteral } from './diagnostics/string-literal.ts'
import { depthOf, duplicateKeys, nodeAt } from './json-tree.ts'
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
  const find = (path: string) => (tree === undefined ? undefined : nodeAt(tree, path))
  return {
    file,
    text,
    value: errors.length === 0 ? JSON.parse(text) : undefined,
    errors,
    locate: (path) => position(find(path)?.node.offset ?? 0),
    locateKey(path) {
      const found = find(path)
      const property = found?.isExact === true ? propertyOf(found.node) : undefined
      return position((property ?? found?.node)?.offset ?? 0)
    },
    locateInString(path, place) {
      const found = find(path)
      if (found?.isExact !== true || found.node.type !== 'string') return undefined
      const { offset, length } = found.node
      const value: string = found.node.value
      const within = offsetInLiteral(text.slice(offset, offset + length), offsetOf(value, place))
      return { value, ...position(offset + within) }
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
