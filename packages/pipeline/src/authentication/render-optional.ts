import type { CompiledTemplate } from '@sluice/templates'
import { configPath } from '../compile/authentication/config-field.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import type { Twin } from '../secrecy/masked.ts'

/** Renders a field that the config may lack. */
export function renderOptional(
  fields: RenderFields,
  field: string,
  template: CompiledTemplate | undefined,
): Twin | undefined {
  return template && fields.text(configPath(field), template)
}
