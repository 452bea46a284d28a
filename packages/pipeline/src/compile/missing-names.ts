import type { DefinitionIssue } from '@sluice/connector-schema'
import type { CompiledConnector } from './compile-connector.ts'

/** The names that exist where a connector will run. */
export interface KnownNames {
  readonly secrets: ReadonlySet<string>
  readonly variables: ReadonlySet<string>
}

/** Secrets and variables may come later: that they are not there yet is no error, but worth a warning. */
export function missingNames(
  { permalink, dependencies }: CompiledConnector,
  known: KnownNames,
): readonly DefinitionIssue[] {
  const issue = (kind: 'secret' | 'variable') => (name: string) => ({
    path: '',
    code: kind === 'secret' ? 'MISSING_SECRET' : 'MISSING_VARIABLE',
    message: `${permalink} names the ${kind} ${name}, which does not exist yet; add it to \`${kind}s\``,
  })
  const secrets = dependencies.secrets.filter((name) => !known.secrets.has(name))
  const variables = [...dependencies.variables]
    .filter(([name, required]) => required && !known.variables.has(name))
    .map(([name]) => name)
  return [...secrets.map(issue('secret')), ...variables.map(issue('variable'))]
}
