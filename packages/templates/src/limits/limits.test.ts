import { describe, expect, test } from 'vitest'
import { compiled, errorsOf, failureOf, render, values, withUser } from '../testing/support.ts'

const long = 'x'.repeat(1_000_000)

describe('what runs into a limit fails as a limit', () => {
  test.each([
    ['nested loops', '{% for a in (1..10000) %}{% for b in (1..10000) %}{% endfor %}{% endfor %}'],
    ['an empty loop over a huge range', '{% for i in (1..99999999999) %}{% endfor %}'],
    ['a huge range by limit', '{% for i in (1..now()) %}{% endfor %}'],
    ['output beyond 10 MiB', '{% for i in (1..20) %}{{ user.first_name }}{% endfor %}'],
    [
      'output of many bytes',
      "{% assign e = user.first_name | replace: 'x', '€' %}{% for i in (1..5) %}{{ e }}{% endfor %}",
    ],
    [
      'captures that double',
      `{% assign c = user.first_name %}${'{% capture c %}{{ c }}{{ c }}{% endcapture %}'.repeat(40)}{{ c | size }}`,
    ],
    [
      'text that doubles',
      `{% assign c = user.first_name %}${'{% assign c = c | append: c %}'.repeat(40)}{{ c | size }}`,
    ],
    [
      'lists that double',
      `{% assign c = user.first_name | split: '' %}${'{% assign c = c | concat: c %}'.repeat(40)}{{ c | size }}`,
    ],
    ['join', "{% assign l = user.first_name | split: '' %}{{ l | join: user.first_name }}"],
    ['replace', "{{ user.first_name | replace: 'x', user.first_name | size }}"],
    ['the width of a date', "{{ 0 | date: '%999999999d' | size }}"],
    ['the width of nanoseconds', "{{ 0 | date: '%999999999N' | size }}"],
    [
      'one large value many times in JSON',
      `{% assign l = user.first_name | split: ',' %}${'{% assign l = l | concat: l %}'.repeat(7)}{{ l | json | size }}`,
    ],
  ])('%s', (_, source) => {
    const started = performance.now()
    const failure = failureOf(() => render(source, 'query', withUser({ first_name: long })))
    expect(failure.reason).toBe('limit')
    expect(failure.message).not.toContain('xxx')
    expect(performance.now() - started).toBeLessThan(3000)
  })

  test('JSON nested deeper than the stack', () => {
    const text = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    expect(['limit', 'json']).toContain(
      failureOf(() =>
        render('{{ user.first_name | from_json | json }}', 'query', withUser({ first_name: text })),
      ).reason,
    )
  })
})

test('strip_html of unclosed tags is not quadratic', () => {
  const started = performance.now()
  expect(
    render(
      '{{ user.first_name | strip_html | size }}',
      'query',
      withUser({ first_name: '<script'.repeat(100_000) }),
    ),
  ).toBe('700000')
  expect(performance.now() - started).toBeLessThan(3000)
})

test('a source of 64 KiB compiles, a larger one does not', () => {
  const filled = (bytes: number): string => `{{ user.id }}${'ä'.repeat((bytes - 13) / 2)}`
  expect(compiled(filled(65_535)).render(values)).toContain('u1ä')
  expect(errorsOf(filled(65_537))).toMatchObject([{ code: 'TOO_LARGE' }])
  expect(errorsOf('x'.repeat(65_537))).toMatchObject([{ code: 'TOO_LARGE' }])
})

test('nesting is bounded, of tags and of brackets', () => {
  const nested = (depth: number): string => '{% if user.id %}'.repeat(depth) + '{% endif %}'.repeat(depth)
  const brackets = (depth: number): string => `{{ user${'[user'.repeat(depth)}${']'.repeat(depth)} }}`
  for (const source of [nested, brackets]) {
    expect(compiled(source(100)).uses.session.size).toBe(1)
    expect(errorsOf(source(101))[0]?.code).toBe('TOO_LARGE')
  }
  expect(errorsOf(nested(2300))[0]?.code).toBe('TOO_LARGE')
  expect(errorsOf(brackets(10_000))[0]?.code).toBe('TOO_LARGE')
})

test('a template holds 1,000 outputs and tags, ends of blocks and comments not counted', () => {
  const outputs = (count: number): string =>
    Array.from({ length: count }, (_, n) => `{{ now(${n}) }}`).join('')
  expect(compiled(outputs(1000)).uses.time).toBe(true)
  expect(errorsOf(outputs(1001))).toMatchObject([{ code: 'TOO_LARGE' }])
  expect(compiled('{% if user.id %}{% else %}{% endif %}{% # note %}'.repeat(500)).uses.session.size).toBe(1)
  expect(errorsOf('{% if user.id %}{% else %}{% endif %}'.repeat(501))).toMatchObject([{ code: 'TOO_LARGE' }])
  const lines = (count: number): string => `{% liquid\n${'  echo user.id\n'.repeat(count)}%}`
  expect(compiled(lines(999)).uses.session.size).toBe(1)
  expect(errorsOf(lines(1000))).toMatchObject([{ code: 'TOO_LARGE' }])
  expect(errorsOf('{{ user.id }}'.repeat(1000) + lines(1))).toMatchObject([{ code: 'TOO_LARGE' }])
})

test('no state is left from one render to the next', () => {
  const template = compiled(
    "{% cycle 'a', 'b' %}{{ x | default: '' }}{% assign x = user.id %}{% for r in user.roles limit: 1 %}{{ r }}{% endfor %}",
  )
  expect(template.render(values)).toBe('aadmin')
  expect(template.render(values)).toBe('aadmin')
})
