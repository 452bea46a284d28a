import { expect, test } from 'vitest'
import * as templates from './index.ts'

test('the public surface is what is meant to be public', () => {
  expect(Object.keys(templates).toSorted()).toEqual([
    'TemplateRenderError',
    'bodyFormatOf',
    'compileRecipe',
    'compileTemplate',
    'compileUrl',
    'filterTable',
    'inspectTemplate',
    'recipeOf',
    'renderIsolated',
    'templateLimits',
  ])
})
