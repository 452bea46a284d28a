import { dirname, join, posix } from 'node:path'
import ts from 'typescript'
import { readRepositoryFile } from '../workspace.ts'

/** What an entry point of a package exports: each name and its kind. */
export type Surface = Readonly<Record<string, Kind>>

type Kind = 'class' | 'const' | 'function' | 'interface' | 'type'

/**
 * Reads the exports of a source file, through the files that it exports from.
 *
 * @throws Error where an export is none that can be told by its name
 */
export function readSurface(path: string): Surface {
  const surface: Record<string, Kind> = {}
  for (const statement of parse(path).statements) {
    const own = ownExports(statement)
    for (const [name, kind] of own) surface[name] = kind
    if (!ts.isExportDeclaration(statement)) continue
    const { exportClause, moduleSpecifier } = statement
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) throw new Error(`${path} exports *`)
    for (const { name, propertyName } of exportClause.elements) {
      const from = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined
      surface[name.text] = kindOf(path, from, (propertyName ?? name).text)
    }
  }
  return surface
}

function kindOf(path: string, from: string | undefined, name: string): Kind {
  if (from === undefined || !from.startsWith('.'))
    throw new Error(`${path} exports ${name} of another package`)
  const kind = readSurface(posix.join(posix.dirname(path), from))[name]
  if (kind === undefined) throw new Error(`${join(dirname(path), from)} does not export ${name}`)
  return kind
}

/** What a statement declares and exports. */
function ownExports(statement: ts.Statement): readonly (readonly [string, Kind])[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  if (!isExported) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => [name.getText(), 'const'])
  }
  if (ts.isFunctionDeclaration(statement)) return [[statement.name?.text ?? '', 'function']]
  if (ts.isClassDeclaration(statement)) return [[statement.name?.text ?? '', 'class']]
  if (ts.isInterfaceDeclaration(statement)) return [[statement.name.text, 'interface']]
  if (ts.isTypeAliasDeclaration(statement)) return [[statement.name.text, 'type']]
  return []
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readRepositoryFile(path), ts.ScriptTarget.Latest, true)
}
