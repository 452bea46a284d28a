import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from './compile.ts'
import { compiled, errorsOf, failureOf, render, values, withUser } from './testing/support.ts'
import type { ResponseValues, TemplateValues } from './types.ts'

function withBody(text: string): TemplateValues {
  return { ...values, body: { text } }
}

function withResponse(response: Partial<ResponseValues>): TemplateValues {
  return { ...values, response: { status: 200, headers: [], text: '', ...response } }
}

describe('a JSON body', () => {
  test('outputs are complete values', () => {
    const source =
      '{"name": {{ user.first_name | json }}, "roles": {{ user.roles | json }}, "none": {{ user.last_name | json }}, "at": {{ now() | json }}}'
    expect(
      JSON.parse(render(source, 'request_body', withUser({ first_name: '", "admin": true, "x": "\\' }))),
    ).toEqual({
      name: '", "admin": true, "x": "\\',
      roles: ['admin', 'editor'],
      none: null,
      at: 1_700_000_000,
    })
  })

  test('loops, branches and captures stand between values', () => {
    const source =
      '{% capture full %}"{{ user.first_name }}"\n{{ user.id }}{% endcapture %}[{% for r in user.roles %}{{ r | json }}{% unless forloop.last %},{% endunless %}{% endfor %}{% if true %}, {{ full | json }}{% endif %}{% raw %}, "{{"{% endraw %}]'
    expect(JSON.parse(render(source, 'request_body'))).toEqual(['admin', 'editor', '"Ada"\nu1', '{{'])
  })

  test.each([
    '{"a": "{{ user.id | json }}"}',
    '{"a": "x{% if true %}y{% endif %}"}',
    '{"a": "\\"{{ user.id | json }}"}',
    '{"a": {% if true %}"{% endif %}{{ user.id | json }}}',
    '{"a": {{ user.id }}}',
    '{"a": {{ user.id | json | raw }}}',
    '{"a": {{ user.id | json | append: "x" }}}',
    '{"a": {% echo user.id %}}',
    '{"a": {% liquid\n echo user.id\n%}}',
    "{\"a\": {% cycle '1', '2' %}}",
    '{% capture c %}1{% endcapture %}{"a": {{ c }}}',
  ])('a marker inside a text, or an output that is no JSON value, is an error: %s', (source) => {
    expect(errorsOf(source, 'request_body')[0]?.code).toBe('INVALID_JSON_TEMPLATE')
    expect(errorsOf(source, 'response_body')[0]?.code).toBe('INVALID_JSON_TEMPLATE')
  })

  test('the error stands at the quote that is open', () => {
    expect(errorsOf('{"a": 1,\n "b": "x {{ user.id | json }}"}', 'request_body')[0]).toMatchObject({
      line: 2,
      column: 7,
    })
  })

  test('what is not JSON is not sent', () => {
    expect(failureOf(() => render('{"a": {{ user.id | json }},}', 'request_body')).reason).toBe('json')
    expect(failureOf(() => render('{% if false %}{}{% endif %}', 'request_body')).reason).toBe('json')
    expect(errorsOf('{"a": }', 'request_body')[0]?.code).toBe('INVALID_JSON_TEMPLATE')
    expect(compileTemplate('{"a": 1}', { place: 'request_body' }).template?.constant).toBe('{"a": 1}')
  })

  test('whatever the values, the structure stays', () => {
    const template = compiled(
      '{"a": {{ user.first_name | json }}, "b": [{{ body.x | json }}, {{ body_text | json }}], {% if user.id %}"c": {{ get_variable("region") | json }}{% endif %}}',
      'request_body',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.string(), (first_name, x, region) => {
        const text = JSON.stringify({ x })
        const given = {
          ...withUser({ first_name }),
          body: { text },
          variables: new Map([['region', region]]),
        }
        const expected = { a: first_name, b: [x, text], c: region }
        expect(JSON.parse(template.render(given))).toEqual(JSON.parse(JSON.stringify(expected)))
      }),
    )
  })
})

describe('body', () => {
  test('is parsed as JSON when it is first read, and once', () => {
    expect(render('{{ body.a.b | json }}', 'request_body', withBody('{"a":{"b":[1]}}'))).toBe('[1]')
    expect(
      render(
        '{% if false %}{{ body.a | json }}{% endif %}{{ body_text | json }}',
        'request_body',
        withBody('{nope'),
      ),
    ).toBe('"{nope"')
  })

  test('that is not JSON fails by name, without its content', () => {
    const failure = failureOf(() =>
      render('[\n  {{ body.a | json }}]', 'request_body', withBody('{sensitive')),
    )
    expect(failure).toMatchObject({
      reason: 'json',
      line: 2,
      column: 6,
      message: 'The payload (body) is not valid JSON.',
    })
  })

  test('that is absent is nothing', () => {
    expect(render('[{{ body.a | json }},{{ body | json }},{{ body_text | json }}]', 'request_body')).toBe(
      '[null,null,null]',
    )
    expect(render('{{ body | json }}', 'request_body', withBody(''))).toBe('null')
  })
})

describe('response', () => {
  test('status, headers, text and JSON', () => {
    const headers = [
      ['ETag', '"1"'],
      ['X-A', '1'],
      ['x-a', '2'],
      ['__proto__', 'p'],
    ] as const
    const given = withResponse({ status: 201, headers, text: '{"items":[{"id":1},{"id":2}]}' })
    const source =
      "{% assign ids = response.json.items | map: 'id' %}[{{ response.status_code | json }},{{ response.headers.etag | json }},{{ response.headers['x-a'] | json }},{{ response.headers.nope | json }},{{ response.headers.constructor | json }},{{ ids | json }},{{ response.body | size | json }}]"
    expect(JSON.parse(render(source, 'response_body', given))).toEqual([
      201,
      '"1"',
      '1, 2',
      null,
      null,
      [1, 2],
      29,
    ])
  })

  test('json is nothing for an empty body, and for an error that is not JSON', () => {
    for (const given of [
      withResponse({ text: '' }),
      withResponse({ status: 502, text: '<html>' }),
      withResponse({ status: 404, text: undefined }),
    ]) {
      expect(render('{{ response.json | json }}', 'response_body', given)).toBe('null')
    }
    for (const text of ['<html>', undefined]) {
      expect(
        failureOf(() => render('{{ response.json | json }}', 'response_body', withResponse({ text }))).reason,
      ).toBe('json')
    }
  })

  test('body is nothing when it is not UTF-8', () => {
    expect(render('{{ response.body | json }}', 'response_body', withResponse({ text: undefined }))).toBe(
      'null',
    )
  })
})
