import type { DefinitionIssue } from '@sluice/connector-schema'
import type { SecretPlace } from '@sluice/connector-schema/configuration'
import type { CompiledConnector } from './compile-connector.ts'

/** The names that exist where a connector will run. */
export interface KnownNames {
  /** With the places of a request that may hold each. */
  readonly secrets: ReadonlyMap<string, readonly SecretPlace[]>
  readonly variables: ReadonlySet<string>
}

/** Secrets and variables may come later: that they are not there yet is no error, but worth a warning. */
export function missingNames(connector: CompiledConnector, known: KnownNames): readonly DefinitionIssue[] {
  const { permalink, dependencies } = connector
  const issue = (kind: 'secret' | 'variable') => (name: string) => ({
    path: '',
    code: kind === 'secret' ? 'MISSING_SECRET' : 'MISSING_VARIABLE',
    message: `${permalink} names the ${kind} ${name}, which does not exist yet; add it to \`${kind}s\``,
  })
  const secrets = dependencies.secrets.filter((name) => !known.secrets.has(name))
  const variables = [...dependencies.variables]
    .filter(([name, required]) => required && !known.variables.has(name))
    .map(([name]) => name)
  return [
    ...secrets.map(issue('secret')),
    ...misplacedSecrets(connector, known),
    ...variables.map(issue('variable')),
  ]
}

/** A call would be refused for it (`SECRET_NOT_ALLOWED_FOR_PLACE`). */
function misplacedSecrets(
  { permalink, secretPlaces }: CompiledConnector,
  known: KnownNames,
): readonly DefinitionIssue[] {
  return [...secretPlaces].flatMap(([name, used]) => {
    const allowed = known.secrets.get(name)
    const missing = allowed === undefined ? [] : [...used].filter((place) => !allowed.includes(place))
    return missing.map((place) => ({
      path: '',
      code: 'MISPLACED_SECRET',
      message: `${permalink} uses the secret ${name} in the place \`${place}\`, which its \`places\` do not name; add it there, or use the secret elsewhere`,
    }))
  })
}
