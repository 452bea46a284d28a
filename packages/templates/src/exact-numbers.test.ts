import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from './compile.ts'
import { failureOf, render, values, withUser } from './testing/support.ts'
import type { PlaceName, TemplateValues } from './types.ts'

const numbers = ['9007199254740993', '7615917337495251231', '1.10', '1e400', '-0', '1E5', '25.0', '0.0000001']

function payload(number: string): TemplateValues {
  const text = `{"id":${number},"list":[${number},[${number}]],"object":{"n":${number}},"text":"${number}"}`
  return { ...values, body: { text }, response: { status: 200, headers: [], text } }
}

describe.each(numbers)('%s is written as it came', (number) => {
  test.each([
    ['{{ body.id }}', number],
    ['{{ body.id | json }}', number],
    ['{{ body.list }}', `[${number},[${number}]]`],
    ['{{ body.object }}', `{"n":${number}}`],
    ['{{ body.object | json }}', `{"n":${number}}`],
    ['"{{ body.id }} {{ body.id | json }} {{ body.list }}"', `"${number} ${number} [${number},[${number}]]"`],
    ['{{ body.list | first }}', number],
    ['{{ body.list[-1] }}', `[${number}]`],
    ['[{% for n in body.list limit: 1 %}{{ n }}{% endfor %}]', `[${number}]`],
    ['{% assign n = body.id %}{{ n }}', number],
    ['{% capture c %}{{ body.id }}{% endcapture %}{{ c }}', `"${number}"`],
    ['{% cycle body.id %}', number],
    ['{{ body.text | from_json }}', number],
    ["{{ body.id | append: '' }}", `"${number}"`],
    ['{{ body.object | json | from_json }}', `{"n":${number}}`],
    ['{{ body.list | push: body.id | reverse | first }}', number],
    ['{{ body.nothing | default: body.id }}', number],
  ])('by %s', (source, expected) => {
    expect(render(source, 'request_body', payload(number))).toBe(expected)
    const answer = source.replaceAll('body.', 'response.json.')
    expect(render(answer, 'response_body', payload(number))).toBe(expected)
  })

  test('in whole payloads and answers', () => {
    const text = `{"id":${number}}`
    expect(render('{{ body }}', 'request_body', { ...values, body: { text } })).toBe(text)
    const response = { status: 200, headers: [], text }
    expect(render('{{ response.json }}', 'response_body', { ...values, response })).toBe(text)
  })

  test.each<PlaceName>(['header', 'query', 'url', 'auth_text', 'basic_password'])('in %s', (place) => {
    const source = '{% assign n = user.first_name | from_json %}{{ n.id }}'
    expect(render(source, place, withUser({ first_name: `{"id":${number}}` }))).toBe(number)
  })

  test.each([
    ['application/x-www-form-urlencoded', 'n={{ body.id }}', `n=${number}`],
    ['text/xml', '<a b="{{ body.id }}">{{ body.id }}</a>', `<a b="${number}">${number}</a>`],
    ['text/plain', '{{ body.id | json }}', number],
  ])('as %s', (contentType, source, expected) => {
    const { template } = compileTemplate(source, { place: 'request_body', contentType })
    expect(template?.render(payload(number))).toBe(expected)
  })
})

test.each([
  ['{{ 9007199254740993 }}', '9007199254740993'],
  ['{{ 1.10 }}', '1.10'],
  ['{{ +007.50 }}', '7.50'],
  ['{{ -0 }}', '-0'],
  ['{{ 0.1 }}', '0.1'],
])('a literal keeps its digits: %s', (source, expected) => {
  expect(render(source)).toBe(expected)
  expect(render(source, 'request_body')).toBe(expected)
})

describe('equality is exact', () => {
  const ids = '[{"id":9007199254740992},{"id":9007199254740993},{"id":1.10},{"id":1.1},{"id":1e400}]'
  const given = { ...values, body: { text: ids } }

  test.each([
    ["{{ body | where: 'id', 9007199254740993 }}", '[{"id":9007199254740993}]'],
    ["{{ body | find: 'id', 9007199254740993 }}", '{"id":9007199254740993}'],
    ["{{ body | find_index: 'id', 9007199254740993 }}", '1'],
    ["{{ body | has: 'id', 9007199254740994 }}", 'false'],
    ["{{ body | reject: 'id', 1.1 | size }}", '3'],
    ["{{ body | map: 'id' | uniq }}", '[9007199254740992,9007199254740993,1.10,1e400]'],
    ["{{ body | uniq: 'id' | size }}", '4'],
    ["{{ body | group_by: 'id' | map: 'name' }}", '[9007199254740992,9007199254740993,1.10,1e400]'],
    ['{% if body[0].id == body[1].id %}1{% else %}2{% endif %}', '2'],
    ['{% if body[1].id == 9007199254740993 and body[2].id == body[3].id %}1{% endif %}', '1'],
    ['{% if body[0].id != body[1].id %}1{% endif %}', '1'],
    ["{% assign all = body | map: 'id' %}{% if all contains 9007199254740994 %}1{% else %}2{% endif %}", '2'],
    ["{% assign all = body | map: 'id' %}{% if all contains 9007199254740993 %}1{% endif %}", '1'],
    ['{% case body[1].id %}{% when 9007199254740992 %}1{% when 9007199254740993 %}2{% endcase %}', '2'],
    ['{% if body[4].id > body[0].id and body[2].id <= 1.1 %}1{% endif %}', '1'],
    ["{{ body | sort: 'id' | map: 'id' | first }}", '1.10'],
  ])('%s', (source, expected) => {
    expect(render(source, 'request_body', given)).toBe(expected)
  })

  test('for any two numbers', () => {
    const integer = fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 4n }).map(String)
    const decimal = fc.constantFrom('1', '1.0', '10e-1', '0.1e1', '1.00000000000000001', '-1', '0', '-0')
    fc.assert(
      fc.property(fc.oneof(integer, decimal), fc.oneof(integer, decimal), (one, other) => {
        const text = `{"a":${one},"b":${other}}`
        const isSame =
          Number.isInteger(Number(one)) && /^-?\d+$/.test(one) && /^-?\d+$/.test(other)
            ? BigInt(one) === BigInt(other)
            : undefined
        const found = render('{% if body.a == body.b %}true{% else %}false{% endif %}', 'request_body', {
          ...values,
          body: { text },
        })
        if (isSame !== undefined) expect(found).toBe(String(isSame))
      }),
    )
  })
})

describe('what a calculation cannot hold is refused', () => {
  const given = {
    ...values,
    body: { text: '{"id":9007199254740993,"big":1e400,"t":"9007199254740993","m":9007199254740991}' },
  }

  test.each([
    '{{ body.id | plus: 1 }}',
    '{{ 1 | plus: body.id }}',
    '{{ body.t | plus: 1 }}',
    '{{ body.id | times: 1 }}',
    '{{ body.big | floor }}',
    '{{ body.m | plus: 2 }}',
    '{{ body.m | times: body.m }}',
    '{{ 1 | divided_by: 0 }}',
    '{{ 0 | divided_by: 0 }}',
    '{{ 1 | modulo: 0 }}',
    '{{ 1 | divided_by: body.nothing }}',
    "{{ 'x' | to_integer }}",
    "{{ body.id | date: '%Y' }}",
    '{% assign l = body.id | push: 1 %}{{ l | sum }}',
    '[{% for n in (9007199254740992..body.id) %}{{ n }}{% endfor %}]',
  ])('%s', (source) => {
    expect(failureOf(() => render(source, 'request_body', given)).reason).toBe('filter')
  })

  test.each([
    ['{{ body.m | plus: 1 }}', '9007199254740992'],
    ['{{ body.m | times: 2 }}', '18014398509481982'],
    ["{{ '1.10' | plus: 1 }}", '2.1'],
    ["{{ 'x' | plus: 1 }}", '1'],
    ["{{ '9007199254740993' | to_integer }}", '9007199254740993'],
    ["{{ ' 7 ' | to_integer }}", '7'],
    ['{{ 0.1 | plus: 0.2 }}', '0.30000000000000004'],
    ['{% assign n = body.id %}[{% for x in n %}{{ x }}{% endfor %}]', '[]'],
    ['{{ body.id.digits }}', 'null'],
    ['{{ body.id.size }}', 'null'],
  ])('%s', (source, expected) => {
    expect(render(source, 'request_body', given)).toBe(expected)
  })
})
