import type { Constraints } from './constraints.ts'
import type { ConnectorMethod } from './definition.ts'

/** The secret-free public face of one connector: what a call may send, and nothing of where it goes. */
export interface ManifestConnector {
  readonly method: ConnectorMethod
  /** Query keys that a call may override. */
  readonly query: readonly string[]
  /** Header names that a call may override, as the definition spells them. */
  readonly headers: readonly string[]
  readonly path: { readonly required: readonly string[]; readonly optional: readonly string[] }
  /** Rules for overrides by key; only keys that have any. `roles` are left out. */
  readonly constraints: {
    readonly query?: Readonly<Record<string, ManifestConstraints>>
    readonly headers?: Readonly<Record<string, ManifestConstraints>>
  }
  readonly unlisted_parameters: 'reject' | 'allow'
  /** Whether a call may carry a payload. */
  readonly payload: boolean
  readonly access: 'authenticated' | 'anonymous'
}

/** A row's constraints as widgets see them. */
export type ManifestConstraints = Omit<Constraints, 'roles' | 'enum'> & {
  readonly enum?: readonly (string | number | boolean)[] | undefined
}

/** What a definition says of a connector to people and to compilers; the SDK has no use for it at run time. */
export interface ConnectorDocumentation {
  readonly name: string
  readonly description?: string | undefined
  /** JSON Schema of the answer. */
  readonly response_schema?: Readonly<Record<string, unknown>> | undefined
}

/** What `GET /connectors/manifest?documentation` answers. */
export interface DocumentedManifest extends Manifest {
  readonly documentation: Readonly<Record<string, ConnectorDocumentation>>
}

/** What `GET /connectors/manifest` answers and `sluice types` writes. */
export interface Manifest {
  readonly version: 1
  readonly connectors: Readonly<Record<string, ManifestConnector>>
}
