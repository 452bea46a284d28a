import { expect, test } from 'vitest'
import { parseRegistry } from './registry.ts'

const good = { name: 'Good', url: 'https://api.example.com/' }

test('one invalid connector leaves none: every error of every connector is listed', () => {
  const { definitions, errors } = parseRegistry({
    connectors: [good, { name: 'Bad' }, { name: 'Worse', url: 'https://a.example.com/', method: 'X' }],
  })
  expect(definitions).toEqual([])
  expect(errors.map((error) => error.path)).toEqual(['connectors[1].url', 'connectors[2].method'])
})

test('two connectors of one permalink are an error, derived or written', () => {
  const { errors } = parseRegistry({ connectors: [good, { ...good, name: 'Other', permalink: 'good' }] })
  expect(errors).toMatchObject([{ path: 'connectors[1].permalink', code: 'DUPLICATE_KEY' }])
})

test.each([[null], [{}], [[]], [{ connectors: {} }]])('%j is no registry', (input) => {
  expect(parseRegistry(input).errors).toMatchObject([{ path: 'connectors', code: 'REQUIRED' }])
})

test('what is malformed keeps its place, so that the templates of the rest can be checked too', () => {
  const { checkable } = parseRegistry({
    connectors: [
      { ...good, method: 'X', headers: [{ value: 'no key' }, { key: 'X-A', value: '{{ nope }}' }] },
    ],
  })
  expect(checkable[0]?.headers.map((row) => row.value)).toEqual(['', '{{ nope }}'])
})

test.each([[[]], [[{ name: 'Two calls' }]], [null]])(
  'composite connectors are an error while nothing runs them: %j',
  (composite_connectors) => {
    const { definitions, errors, warnings } = parseRegistry({ connectors: [good], composite_connectors })
    expect(definitions).toEqual([])
    expect(errors).toMatchObject([{ path: 'composite_connectors', code: 'NOT_SUPPORTED' }])
    expect(warnings).toEqual([])
    expect(parseRegistry({ composite_connectors }).errors.map(({ path }) => path)).toEqual([
      'connectors',
      'composite_connectors',
    ])
  },
)
