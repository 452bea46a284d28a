import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { limits } from '../limits/limits.ts'
import { compiled, failureOf, values } from '../testing/support.ts'
import { recipeOf } from './recipe.ts'
import { compileRecipe, renderIsolated } from './render-isolated.ts'

const listOf = (items: number): string => JSON.stringify(Array(items).fill(0))
const withBody = (text: string) => ({ ...values, body: { text } })
const where = "{% assign x = body | where: 'a', 1 %}{{ x | size }}"

describe('in process', () => {
  test('a filter at its edge of work runs, one item more does not', () => {
    // One for the call, one for each item. No slow filter: the limit of time is not what is tried here.
    const template = compiled('{{ body | size }}', 'request_body')
    const most = limits.inProcess.workUnits - 1
    expect(template.render(withBody(listOf(most)))).toBe(String(most))
    expect(failureOf(() => template.render(withBody(listOf(most + 1))))).toMatchObject({
      reason: 'limit',
      mayFitWorker: true,
      line: 1,
      column: 1,
    })
  })

  test.each([
    ['where', "b | where: 'a', 1"],
    ['sort', 'b | sort'],
    ['sort_natural', 'b | sort_natural'],
    ['uniq', 'b | uniq'],
    ['group_by', "b | group_by: 'a'"],
    ['join', "b | join: ', '"],
    ['map', "b | map: 'a'"],
  ])('a list that doubles never reaches %s', (_, expression) => {
    const source = `{% assign b = body %}${'{% assign b = b | concat: b %}'.repeat(30)}{% assign x = ${expression} %}1`
    const started = performance.now()
    const failure = failureOf(() => compiled(source, 'request_body').render(withBody(listOf(10_000))))
    expect(failure).toMatchObject({ reason: 'limit', mayFitWorker: true })
    expect(performance.now() - started).toBeLessThan(500)
  })

  test('a limit of time is none that a worker is asked to widen', () => {
    const source = '{% for i in (1..2000000) %}{% if i == 0 %}{% endif %}{% endfor %}1'
    const failure = failureOf(() => compiled(source, 'request_body').render(withBody('')))
    expect(failure).toMatchObject({ reason: 'limit', mayFitWorker: false })
  })

  test('what filters do adds up over one render and starts anew with the next', () => {
    const source = '{% for i in (1..3) %}{% assign x = body | size %}{% endfor %}1'
    const template = compiled(source, 'request_body')
    expect(
      failureOf(() => template.render(withBody(listOf(limits.inProcess.workUnits / 2)))).mayFitWorker,
    ).toBe(true)
    for (let call = 0; call < 3; call++)
      expect(template.render(withBody(listOf(limits.inProcess.workUnits / 4)))).toBe('1')
  })
})

describe('with the budget of a worker', () => {
  test('the same template has no limit of work, and the thread is as before afterwards', () => {
    const template = compiled(where, 'request_body')
    const many = withBody(listOf(limits.inProcess.workUnits))
    expect(renderIsolated(template, many)).toBe('0')
    expect(failureOf(() => template.render(many)).mayFitWorker).toBe(true)
  })

  test('the output is bounded still, and nothing wider is promised', () => {
    const source = `"{% for i in (1..50) %}{{ body_text | raw }}{% endfor %}"`
    const given = withBody('x'.repeat(256 * 1024))
    const template = compiled(source, 'request_body')
    expect(failureOf(() => template.render(given)).mayFitWorker).toBe(true)
    expect(failureOf(() => renderIsolated(template, given))).toMatchObject({
      reason: 'limit',
      mayFitWorker: false,
    })
  })
})

test('a recipe gives the same template again', () => {
  const source = '<a>{{ body_text }}</a>'
  const options = { place: 'request_body', contentType: 'application/xml' } as const
  const { template } = compileTemplate(source, options)
  if (template === undefined) throw new Error('must compile')
  const again = compileRecipe(recipeOf(template))
  const given = withBody('<&"')
  expect(again.render(given)).toBe(template.render(given))
  expect(again.uses).toEqual(template.uses)
})
