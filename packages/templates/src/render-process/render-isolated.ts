/** The half of an isolated render that runs in the other process. */

import { compileTemplate } from '../compile.ts'
import { limits } from '../limits/limits.ts'
import type { CompiledTemplate, TemplateValues } from '../types.ts'
import { readRecipe, type TemplateRecipe } from './recipe.ts'

/** Values of a body template, which can name no secret. They can be copied to another process. */
export type BodyTemplateValues = Omit<TemplateValues, 'secrets' | 'runtime'>

/** Compiles a template once more. @throws Error where it does not compile here as it did there */
export function compileRecipe(recipe: TemplateRecipe): CompiledTemplate {
  const { source, options } = readRecipe(recipe)
  const { template } = compileTemplate(source, options)
  if (template === undefined) throw new Error('a template that compiled once does not compile again')
  return template
}

/**
 * Renders with the wider limits of a process in which nobody else waits.
 *
 * @throws TemplateRenderError
 */
export function renderIsolated(
  template: CompiledTemplate,
  values: BodyTemplateValues & Pick<TemplateValues, 'runtime'>,
): string {
  return template.render(values, undefined, limits.isolated)
}
