import { expect } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { TemplateRenderError } from '../evaluate/render-error.ts'
import { nodeRuntime } from '../runtime.ts'
import type { CompiledTemplate, PlaceName, TemplateDiagnostic, TemplateValues } from '../types.ts'

/** Values of an ordinary exchange; a test changes what it is about. */
export const values: TemplateValues = {
  session: {
    tenant_id: 't1',
    user: {
      id: 'u1',
      email: 'ada@example.com',
      first_name: 'Ada',
      username: 'ada',
      roles: ['admin', 'editor'],
      profile_fields: { '123': 'Analytical Engines', '7': { city: 'London' } },
    },
  },
  pathParams: { idea_id: '42' },
  variables: new Map([['region', 'eu']]),
  secrets: new Map([['key', 's3cr3t-value']]),
  nowSeconds: 1_700_000_000,
  runtime: nodeRuntime,
}

/** The same, with another user. */
export function withUser(user: Partial<NonNullable<TemplateValues['session']['user']>>): TemplateValues {
  const base = values.session.user ?? { id: 'u1', roles: [], profile_fields: {} }
  return { ...values, session: { ...values.session, user: { ...base, ...user } } }
}

/** Compiles what must be right. */
export function compiled(source: string, place: PlaceName = 'query'): CompiledTemplate {
  const { template, errors } = compileTemplate(source, { place })
  expect(errors).toEqual([])
  if (template === undefined) throw new Error('a template without errors must compile')
  return template
}

/** Compiles and renders what must be right. */
export function render(source: string, place: PlaceName = 'query', given: TemplateValues = values): string {
  return compiled(source, place).render(given)
}

/** The errors of what must be wrong. */
export function errorsOf(source: string, place: PlaceName = 'query'): readonly TemplateDiagnostic[] {
  const { template, errors } = compileTemplate(source, { place })
  expect(template, source).toBeUndefined()
  expect(errors, source).not.toEqual([])
  return errors
}

/** The error of a render that must fail. */
export function failureOf(render: () => unknown): TemplateRenderError {
  try {
    render()
  } catch (error) {
    if (error instanceof TemplateRenderError) return error
    throw error
  }
  throw new Error('the render must fail')
}
