import ts from 'typescript'

/** What a source file reaches for, as far as the import rule cares. */
export interface SourceFacts {
  /** From the root of the repository, with `/`. */
  readonly path: string
  readonly imports: readonly ImportFact[]
  /** Lines that read the environment of the process. */
  readonly environmentLines: readonly number[]
  /** Lines that take the value out of a `Secret`. */
  readonly exposeLines: readonly number[]
}

export interface ImportFact {
  /** As written; `(computed)` when it is not a literal. */
  readonly specifier: string
  /** Leaves nothing behind at run time. `import { type A }` does not count: it still loads the module. */
  readonly typeOnly: boolean
  readonly line: number
}

/** Reads the facts off the syntax tree, so that comments and strings never count. */
export const readSourceFacts = (path: string, text: string): SourceFacts => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const imports: ImportFact[] = []
  const environmentLines: number[] = []
  const exposeLines: number[] = []
  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found) imports.push({ ...found, line: lineOf(node) })
    if (readsEnvironment(node)) environmentLines.push(lineOf(node))
    if (memberName(node) === 'expose') exposeLines.push(lineOf(node))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { path, imports, environmentLines, exposeLines }
}

const importOf = (node: ts.Node): Omit<ImportFact, 'line'> | undefined => {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return { specifier: literal(node.moduleSpecifier), typeOnly }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: literal(node.moduleSpecifier), typeOnly: node.isTypeOnly }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: literal(node.argument.literal), typeOnly: true }
  }
  if (ts.isCallExpression(node) && loadsModule(node.expression)) {
    return { specifier: literal(node.arguments[0]), typeOnly: false }
  }
  return undefined
}

/** `import()`, `require()` and `process.getBuiltinModule()`. */
const loadsModule = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword ||
  (ts.isIdentifier(callee) && callee.text === 'require') ||
  memberName(callee) === 'getBuiltinModule'

const literal = (node: ts.Node | undefined): string =>
  node && ts.isStringLiteralLike(node) ? node.text : '(computed)'

const readsEnvironment = (node: ts.Node): boolean => {
  if (ts.isImportSpecifier(node)) {
    const { moduleSpecifier } = node.parent.parent.parent as ts.ImportDeclaration
    return (
      (node.propertyName ?? node.name).text === 'env' && /^(node:)?process$/.test(literal(moduleSpecifier))
    )
  }
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
    const names = node.name.elements.map((element) => (element.propertyName ?? element.name).getText())
    return node.initializer !== undefined && isProcess(node.initializer) && names.includes('env')
  }
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
    return memberName(node) === 'env' && isProcess(node.expression)
  }
  return false
}

const isProcess = (node: ts.Expression): boolean =>
  ts.isIdentifier(node) ? node.text === 'process' : memberName(node) === 'process'

const memberName = (node: ts.Node): string | undefined => {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (ts.isElementAccessExpression(node)) return literal(node.argumentExpression)
  return undefined
}
