import type { KeyObject } from 'node:crypto'
import type { SignatureAlgorithm } from '@sluice/connector-schema'
import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import type { MaskedText } from '../../secrecy/masked-text.ts'

/** Makes a key object of a key's text; it throws where that cannot sign by the algorithm. */
export type ReadSigningKey = (text: string, algorithm: SignatureAlgorithm) => KeyObject

/** Renders the fields of one `authentication.config` for one exchange. */
export interface RenderFields {
  readonly tenantId: string
  /** Renders one field, with its masked twin. */
  text(field: string, template: CompiledTemplate): MaskedText
  /** The key object of a rendered key, for signing. */
  readonly signingKey: ReadSigningKey
  /** Renders a URL, which never holds a secret. */
  url(field: string, url: CompiledUrl): string
}
