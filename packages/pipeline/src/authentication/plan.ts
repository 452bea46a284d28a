import type { CompiledTemplate, Uses } from '@sluice/templates'
import type { Twin } from '../secrecy/masked.ts'

/** A credential at its place: applied to the request, its cost (if any) paid only when something is sent. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'header'; readonly name: string; readonly value: Twin }
  | { readonly kind: 'query'; readonly name: string; readonly value: Twin }

/** Renders one field of an authentication's config, with its masked twin. */
export type RenderField = (field: string, template: CompiledTemplate) => Twin

/** One connector's way to authenticate, compiled. */
export interface AuthenticationPlan {
  readonly uses: readonly Uses[]
  /** Plans the credential of one exchange: fields rendered and checked, nothing paid for yet. */
  readonly plan: (render: RenderField) => Credential
}
