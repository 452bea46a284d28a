import { posix } from 'node:path'
import ts from 'typescript'

/** A guard marked in a source file, and the edit that takes it out. */
export interface Guard {
  /** Unique in its file. */
  readonly name: string
  readonly line: number
  /** Tests named in the marker, from the root of the repository; empty for the tests next to the file. */
  readonly heldBy: readonly string[]
  readonly edit: Edit
}

/** Replaces the characters from `start` up to `end`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A whole line `// guard: name`, or `// guard: name (test, test)`. */
const marker = /^[ \t]*\/\/ guard: (?<rest>.*)$/gm
const markerText = /^(?<name>[a-z0-9]+(?:-[a-z0-9]+)*)(?: \((?<tests>[^()]+)\))?$/

/**
 * Every marked guard of a file.
 *
 * @param path from the root of the repository, with `/`
 * @throws Error for a marker that cannot be read, or that marks nothing that can be taken out
 */
export function findGuards(path: string, text: string): readonly Guard[] {
  if (!text.includes('// guard:')) return []
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const guards = [...text.matchAll(marker)].map((match): Guard => {
    const line = source.getLineAndCharacterOfPosition(match.index).line + 1
    const fail = (what: string): never => {
      throw new Error(`${path}:${line}: ${what}`)
    }
    const { name, tests } = markerText.exec(match.groups?.rest ?? '')?.groups ?? {}
    if (name === undefined) return fail('write `// guard: kebab-name` or `// guard: kebab-name (a.test.ts)`')
    const marked = nodeAfter(source, match.index + match[0].length)
    const edit = marked && editWithout(marked, source)
    if (edit === undefined || !isTypeScript(applyEdit(text, edit))) {
      return fail(`the guard ${name} is nothing that can be taken out`)
    }
    return { name, line, heldBy: testPaths(path, tests), edit }
  })
  const twice = guards.find(({ name }, index) => guards.findIndex((other) => other.name === name) < index)
  if (twice) throw new Error(`${path}:${twice.line}: a second guard is called ${twice.name}`)
  return guards
}

/** The file's text without that guard. */
export function withoutGuard(text: string, { edit }: Guard): string {
  return applyEdit(text, edit)
}

function applyEdit(before: string, { start, end, text }: Edit): string {
  return before.slice(0, start) + text + before.slice(end)
}

/** Whether it parses: a file that does not load fails every test, and proves nothing. */
function isTypeScript(text: string): boolean {
  return ts.transpileModule(text, { reportDiagnostics: true }).diagnostics?.length === 0
}

function testPaths(path: string, tests: string | undefined): readonly string[] {
  const names = tests?.split(',').map((test) => test.trim()) ?? []
  return names.map((name) => (name.includes('/') ? name : posix.join(posix.dirname(path), name)))
}

/** The largest node that begins with the first token after a position. */
function nodeAfter(source: ts.SourceFile, position: number): ts.Node | undefined {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, source.languageVariant, source.text)
  scanner.resetTokenState(position)
  scanner.scan()
  const start = scanner.getTokenStart()
  const find = (node: ts.Node): ts.Node | undefined => {
    if (!ts.isSourceFile(node) && node.getStart(source) === start) return node
    return ts.forEachChild(node, (child) =>
      child.pos <= start && start < child.end ? find(child) : undefined,
    )
  }
  return find(source)
}

/** What takes a node out, by its kind; `undefined` for a kind that is no guard. */
function editWithout(node: ts.Node, source: ts.SourceFile): Edit | undefined {
  if (ts.isIfStatement(node)) return replace(node, node.elseStatement?.getText(source) ?? '{}')
  if (ts.isThrowStatement(node) || ts.isReturnStatement(node) || ts.isExpressionStatement(node)) {
    return replace(node, '{}')
  }
  if (ts.isVariableStatement(node)) {
    const [declaration] = node.declarationList.declarations
    return declaration?.initializer && editWithout(declaration.initializer, source)
  }
  if (isLogical(node) && !isLogical(node.parent)) return editWithout(leftmost(node), source)
  if (isLogical(node.parent)) return replace(node, neutral(node.parent))
  if (ts.isArrayLiteralExpression(node.parent) || ts.isObjectLiteralExpression(node.parent)) {
    const comma = /^\s*,/.exec(source.text.slice(node.end))?.[0].length ?? 0
    return { start: node.getStart(source), end: node.end + comma, text: '' }
  }
  if (ts.isConditionalExpression(node)) return replace(node, node.whenFalse.getText(source))
  if (ts.isAwaitExpression(node)) return editWithout(node.expression, source)
  const [argument] = ts.isCallExpression(node) ? node.arguments : []
  return argument && replace(node, argument.getText(source))

  function replace({ end }: ts.Node, text: string): Edit {
    return { start: node.getStart(source), end, text }
  }
}

function isLogical(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false
  const { kind } = node.operatorToken
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken
}

/** The first operand of `a && b && c`. */
function leftmost(node: ts.Expression): ts.Expression {
  return isLogical(node) ? leftmost(node.left) : node
}

/** What an operand can be without changing what the others decide. */
function neutral({ operatorToken }: ts.BinaryExpression): string {
  return operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? 'true' : 'false'
}
