import type { CompiledTemplate } from '@sluice/templates'
import { configPath } from '../compile/authentication/config-field.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { MaskedText } from '../secrecy/masked-text.ts'

/** Renders a field that the config may lack. */
export function renderOptional(
  fields: RenderFields,
  field: string,
  template: CompiledTemplate | undefined,
): MaskedText | undefined {
  return template && fields.text(configPath(field), template)
}
