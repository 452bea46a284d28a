import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { failureOf, render, withUser } from '../testing/support.ts'

describe('sysparm: no value runs a script', () => {
  test.each([
    ['k={{ user.first_name | sysparm }}:{{ user.last_name | sysparm }}', 'javascript', 'gs.x()'],
    ['k={{ user.first_name | sysparm }}:{{ user.last_name | sysparm }}', ' JavaScript ', 'gs.x()'],
    ['k={{ user.first_name | sysparm }}{{ user.last_name | sysparm }}', 'java', 'script:gs.x()'],
    ['k={{ user.first_name | sysparm }}{{ user.last_name | sysparm }}', 'javascrip', 'T :gs.x()'],
    ['k={{ user.first_name | sysparm }}{{ user.last_name | sysparm }}', 'javascript', ':gs.x()'],
    ['createdBETWEEN{{ user.first_name | sysparm }}', '2020-01-01@javascript:gs.x()', ''],
    ['kIN{{ user.first_name | sysparm }}', 'a,javascript:gs.x()', ''],
  ])('%s of %j and %j', (source, first_name, last_name) => {
    expect(failureOf(() => render(source, 'query', withUser({ first_name, last_name }))).reason).toBe('place')
  })

  test.each(['11:30', 'JavaScript is a language', 'note: a', 'https://a.example'])(
    'text passes: %s',
    (first_name) => {
      expect(render('k={{ user.first_name | sysparm }}', 'query', withUser({ first_name }))).toBe(
        `k=${first_name}`,
      )
    },
  )
})

test.each(['a=1^name{{ user.first_name | sysparm }}', 'name{{ user.first_name | sysparm }}'])(
  'sysparm: no value chooses the operator: %s',
  (source) => {
    expect(compileTemplate(source, { place: 'query' }).template).toBeUndefined()
  },
)

test('jql: a quote escaped in a word without quotes opens no literal', () => {
  const first_name = 'x OR 1=1'
  expect(render("s ~ O\\'B AND a = {{ user.first_name | jql }}", 'query', withUser({ first_name }))).toBe(
    `s ~ O\\'B AND a = "x OR 1=1"`,
  )
})

test.each([
  'a({{ user.first_name | graphql }}{{ user.last_name | graphql }})',
  'a({{ user.first_name | graphql }}"", b: {{ user.last_name | graphql }})',
])('graphql: an empty string and the next open no block string: %s', (source) => {
  expect(compileTemplate(source, { place: 'query' }).template).toBeUndefined()
})
