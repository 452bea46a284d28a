import fc from 'fast-check'
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

describe('sysparm: no value makes another operator of the one before it', () => {
  test.each([
    ['priority>{{ user.first_name | sysparm }}', '=1'],
    ['priority<{{ user.first_name | sysparm }}', '=1'],
    ['priority<{{ user.first_name | sysparm }}', '>1'],
    ['priority>{{ user.first_name | sysparm }}', ' =1'],
    ['priority>{{ user.first_name | sysparm }}', ''],
    ['numberIN{{ user.first_name | sysparm }}', 'STANCEOFx'],
    ['numberIN{{ user.first_name | sysparm }}', 'stanceofx'],
    ['numberIN{{ user.first_name | sysparm }}', 'HIERARCHYx'],
    ['numberINS{{ user.first_name | sysparm }}', 'TANCEOFx'],
    ['a=1^ORnumberIN{{ user.first_name | sysparm }}', 'STANCEOF'],
    ['{% if true %}numberIN{% else %}nameIN{% endif %}{{ user.first_name | sysparm }}', 'STANCEOF'],
  ])('%s of %j', (source, first_name) => {
    const failure = failureOf(() => render(source, 'query', withUser({ first_name })))
    expect(failure.reason).toBe('place')
    if (first_name !== '') expect(failure.message).not.toContain(first_name.trim())
  })

  test.each([
    'name!{{ user.first_name | sysparm }}',
    'nameNOT {{ user.first_name | sysparm }}',
    'a=1^ORDERBY{{ user.first_name | sysparm }}',
    'priority>{{ user.first_name | sysparm }}{{ user.last_name | sysparm }}',
    'priority{% if true %}>{% else %}>={% endif %}{{ user.first_name | sysparm }}',
  ])('nor completes one: %s', (source) => {
    const { errors } = compileTemplate(source, { place: 'query' })
    expect(errors.map(({ code }) => code)).toEqual(['INVALID_INNER_LANGUAGE'])
  })

  /** Every operator of ServiceNow's own list, by itself: the longest that fits is the one that runs. */
  const operators = (
    '= != < <= > >= * !* % LIKE NOTLIKE STARTSWITH ENDSWITH IN NOTIN INSTANCEOF DYNAMIC BETWEEN ISEMPTY ' +
    'ISNOTEMPTY EMPTYSTRING ANYTHING SAMEAS NSAMEAS GT_FIELD LT_FIELD GT_OR_EQUALS_FIELD LT_OR_EQUALS_FIELD ON ' +
    'NOTON DATEPART MORETHAN LESSTHAN RELATIVEGT RELATIVELT RELATIVEGE RELATIVELE VALCHANGES CHANGESFROM ' +
    'CHANGESTO MATCH_PAT MATCH_RGX CONTAINS NOT_LIKE NOT_IN'
  )
    .split(' ')
    .map((operator) => operator.replace(/^NOT_(?=LIKE|IN)/, 'NOT '))
  const piece = fc.oneof(
    fc.constantFrom(...operators),
    fc.constantFrom(...operators.flatMap((one) => [one.slice(1), one.slice(2), one.slice(-3)])),
    fc.constantFrom('-1', '1', '0', 'a', 'Z', ' ', '^', '^OR', '^NQ', ',', '@', ':'),
    fc.string(),
  )

  test('whatever the operator and the value', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operators),
        fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join('')),
        (operator, first_name) => {
          const source = `name${operator}{{ user.first_name | sysparm }}^active=true`
          const { template } = compileTemplate(source, { place: 'query' })
          expect(template).toBeDefined()
          let text: string
          try {
            text = template?.render(withUser({ first_name })) ?? ''
          } catch {
            return
          }
          const condition = text.slice('name'.length, -'^active=true'.length)
          const longest = operators
            .filter((one) => condition.startsWith(one))
            .toSorted((a, b) => b.length - a.length)
          expect(longest[0]).toBe(operator)
          expect(condition.slice(operator.length).replaceAll('^^', '^')).toBe(first_name)
        },
      ),
      { numRuns: 2000 },
    )
  })
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
