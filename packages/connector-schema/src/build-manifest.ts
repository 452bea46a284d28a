import type { ConnectorDefinition, ParameterRow } from './definition.ts'
import { hasPayload } from './definition-rules.ts'
import type {
  ConnectorDocumentation,
  DocumentedManifest,
  Manifest,
  ManifestConnector,
  ManifestConstraints,
} from './manifest.ts'

/** The manifest of some connectors: what widgets may know of them, permalinks in order. */
export function manifestOf(definitions: readonly ConnectorDefinition[]): Manifest {
  const sorted = definitions.toSorted((a, b) => (a.permalink < b.permalink ? -1 : 1))
  return {
    version: 1,
    connectors: Object.fromEntries(
      sorted.map((definition) => [definition.permalink, publicFace(definition)]),
    ),
  }
}

/** The same, with what the connectors' definitions say of them. */
export function documentedManifestOf(definitions: readonly ConnectorDefinition[]): DocumentedManifest {
  const manifest = manifestOf(definitions)
  const byPermalink = new Map(definitions.map((definition) => [definition.permalink, definition]))
  const documentation = Object.keys(manifest.connectors).flatMap((permalink) => {
    const definition = byPermalink.get(permalink)
    return definition === undefined ? [] : [[permalink, documentationOf(definition)] as const]
  })
  return { ...manifest, documentation: Object.fromEntries(documentation) }
}

function documentationOf({
  name,
  description,
  response_schema,
}: ConnectorDefinition): ConnectorDocumentation {
  return { name, ...(description && { description }), ...(response_schema && { response_schema }) }
}

function publicFace(definition: ConnectorDefinition): ManifestConnector {
  const overridablePath = definition.path_parameters.filter((row) => row.overridable)
  const queryConstraints = constraintsOf(definition.query_parameters)
  const headerConstraints = constraintsOf(definition.headers)
  return {
    method: definition.method,
    query: overridableKeys(definition.query_parameters),
    headers: overridableKeys(definition.headers),
    path: {
      required: overridablePath.filter((row) => row.value === undefined).map((row) => row.key),
      optional: overridablePath.filter((row) => row.value !== undefined).map((row) => row.key),
    },
    constraints: {
      ...(queryConstraints && { query: queryConstraints }),
      ...(headerConstraints && { headers: headerConstraints }),
    },
    unlisted_parameters: definition.unlisted_parameters,
    payload: hasPayload(definition.method),
    access: definition.access,
  }
}

function overridableKeys(rows: readonly ParameterRow[]): string[] {
  return rows.filter((row) => row.overridable).map((row) => row.key)
}

function constraintsOf(rows: readonly ParameterRow[]): Record<string, ManifestConstraints> | undefined {
  const entries = rows.flatMap((row): [string, ManifestConstraints][] => {
    if (!row.overridable || row.constraints === undefined) return []
    const { roles: _, ...constraints } = row.constraints
    return Object.keys(constraints).length === 0 ? [] : [[row.key, constraints]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
