import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import type { MaskedText } from '../../secrecy/masked-text.ts'

/** Renders the fields of one `authentication.config` for one exchange. */
export interface RenderFields {
  readonly tenantId: string
  /** Renders one field, with its masked twin. */
  text(field: string, template: CompiledTemplate): MaskedText
  /** Renders a URL, which never holds a secret. */
  url(field: string, url: CompiledUrl): string
}
