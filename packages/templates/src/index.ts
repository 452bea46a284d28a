export { type BodyFormat, bodyFormatOf } from './body-format.ts'
export { compileTemplate } from './compile.ts'
export { type RenderFailureReason, TemplateRenderError } from './evaluate/render-error.ts'
export { type FilterFacts, filterTable } from './filters/table.ts'
export {
  type InspectedOutput,
  inspectTemplate,
  type TemplateInspection,
  type ValuePath,
} from './inspection/inspect-template.ts'
export { limits as templateLimits } from './limits/limits.ts'
export { recipeOf, type TemplateRecipe } from './render-process/recipe.ts'
export {
  type BodyTemplateValues,
  compileRecipe,
  renderIsolated,
} from './render-process/render-isolated.ts'
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
  TemplateRuntime,
  TemplateValues,
  Uses,
} from './types.ts'
export { type CompileUrlOptions, compileUrl } from './url/compile-url.ts'
