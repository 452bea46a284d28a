import type { CompiledTemplate, CompileOptions } from '../types.ts'

declare const sealed: unique symbol

/** What it takes to compile a template once more in another process. Its text is nobody's affair; it may be a key. */
export type TemplateRecipe = string & { readonly [sealed]: true }

const recipes = new WeakMap<CompiledTemplate, TemplateRecipe>()

/** Remembers how a template came to be. */
export function keepRecipe(template: CompiledTemplate, source: string, options: CompileOptions): void {
  // The path parameters were checked when it was compiled first.
  const { place, contentType } = options
  recipes.set(template, JSON.stringify({ source, options: { place, contentType } }) as TemplateRecipe)
}

/**
 * The recipe of a template that `compileTemplate` gave.
 *
 * @throws Error for any other
 */
export function recipeOf(template: CompiledTemplate): TemplateRecipe {
  const recipe = recipes.get(template)
  if (recipe === undefined) throw new Error('a template that nobody compiled has no recipe')
  return recipe
}

/** What a recipe holds. */
export function readRecipe(recipe: TemplateRecipe): {
  readonly source: string
  readonly options: CompileOptions
} {
  return JSON.parse(recipe)
}
