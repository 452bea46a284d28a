import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import type { Twin } from '../../secrecy/masked.ts'

/** Renders the fields of one `authentication.config` for one exchange. */
export interface RenderFields {
  readonly tenantId: string
  /** Renders one field, with its masked twin. */
  text(field: string, template: CompiledTemplate): Twin
  /** Renders a URL, which never holds a secret. */
  url(field: string, url: CompiledUrl): string
}
