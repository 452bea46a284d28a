export { type BodyFormat, bodyFormatOf } from './body-format.ts'
export { compileTemplate } from './compile.ts'
export {
  type BodyTemplateValues,
  compileRecipe,
  renderIsolated,
} from './isolated.ts'
export { limits as templateLimits } from './limits.ts'
export { recipeOf, type TemplateRecipe } from './recipe.ts'
export { type RenderFailureReason, TemplateRenderError } from './render-error.ts'
export type {
  CompiledTemplate,
  CompiledUrl,
  CompileOptions,
  DiagnosticCode,
  Findings,
  PathParameterFormat,
  PlaceName,
  ResponseValues,
  TemplateDiagnostic,
  TemplateValues,
  Uses,
} from './types.ts'
export { type CompileUrlOptions, compileUrl } from './url.ts'
