/** What the server and a render process say to each other. */
import type { IsolatedValues } from '@sluice/pipeline'
import type { RenderFailureReason, TemplateRecipe } from '@sluice/templates'

/** One render. A process does one at a time. */
export interface RenderOrder {
  readonly recipe: TemplateRecipe
  readonly values: IsolatedValues
}

/** What became of it. */
export type RenderReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rendered'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'failed'
      readonly reason: RenderFailureReason
      readonly message: string
      readonly line: number
      readonly column: number
      readonly pointers: readonly string[]
    }
  /** A fault of ours, not of the template. */
  | { readonly kind: 'broken'; readonly message: string }
