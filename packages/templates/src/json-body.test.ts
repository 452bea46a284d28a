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

  test('a value inside a text literal is a part of that text', () => {
    const nasty = 'O"Brien\\\n\u2028</script>\ud800'
    const source =
      '{"hello": "Dear {{ user.first_name }}!", "n": "{{ now() }}", "none": "<{{ user.last_name | default: \'\' }}>"}'
    expect(JSON.parse(render(source, 'request_body', withUser({ first_name: nasty })))).toEqual({
      hello: `Dear ${nasty}!`,
      n: '1700000000',
      none: '<>',
    })
  })

  test('lists and objects inside a text literal are JSON text', () => {
    const source =
      '{"a": "{{ user.roles }}", "b": "{{ user.profile_fields.by_id(7) }}", "c": "{{ user.roles | json }}"}'
    expect(JSON.parse(render(source, 'request_body'))).toEqual({
      a: '["admin","editor"]',
      b: '{"city":"London"}',
      c: '["admin","editor"]',
    })
  })

  test('a value outside of text literals is complete, whatever it is', () => {
    const source =
      '{"id": {{ body.id }}, "none": {{ body.nope }}, "echo": {% echo user.id %}, "list": {{ user.roles }}, "cycle": {% cycle "1", "2" %}, "cut": {{ user.id | json | append: "x" }}}'
    expect(JSON.parse(render(source, 'request_body', withBody('{"id":"1, \\"admin\\": true"}')))).toEqual({
      id: '1, "admin": true',
      none: null,
      echo: 'u1',
      list: ['admin', 'editor'],
      cycle: '1',
      cut: '"u1"x',
    })
  })

  test.each([
    ['{"a":[1]}', '{"a":[1]}'],
    ['[1,', '"[1,"'],
    ['plain', '"plain"'],
    ['', 'null'],
    ['1, "admin": true', '"1, \\"admin\\": true"'],
  ])('the whole payload stands as it is where it is JSON: %j', (text, expected) => {
    expect(render('{"p": {{ body_text }}}', 'request_body', withBody(text))).toBe(`{"p": ${expected}}`)
    expect(render('{"p": {{ response.body }}}', 'response_body', withResponse({ text }))).toBe(
      `{"p": ${expected}}`,
    )
    const quoted = render('{"p": "{{ body_text }}"}', 'request_body', withBody(text))
    expect(JSON.parse(quoted)).toEqual({ p: text })
  })

  test('a capture is escaped where it is output, once', () => {
    const source =
      '{% capture c %}{{ user.first_name }} "{{ user.id }}"{% endcapture %}{"a": {{ c }}, "b": "<{{ c }}>"}'
    expect(JSON.parse(render(source, 'request_body', withUser({ first_name: '"' })))).toEqual({
      a: '" "u1"',
      b: '<" "u1">',
    })
  })

  test('quotes may be opened and closed in branches and loops, as long as all ways agree', () => {
    const source =
      '{"a": {% if user.email %}"x{{ user.email }}"{% else %}null{% endif %}, "b": "{% for r in user.roles %}{{ r }}{% unless forloop.last %}, {% endunless %}{% endfor %}", "c": {% if true %}"{% else %}"b{% endif %}{{ user.id }}"}'
    expect(JSON.parse(render(source, 'request_body'))).toEqual({
      a: 'xada@example.com',
      b: 'admin, editor',
      c: 'u1',
    })
  })

  test('a comma may stand before all but the first, or after all but the last', () => {
    for (const loop of [
      '{% unless forloop.first %},{% endunless %}{ "r": {{ r }} }',
      '{ "r": {{ r }} }{% if forloop.last == false %},{% endif %}',
    ]) {
      const source = `{"roles": [{% for r in user.roles %}${loop}{% endfor %}]}`
      expect(JSON.parse(render(source, 'request_body'))).toEqual({ roles: [{ r: 'admin' }, { r: 'editor' }] })
    }
  })

  test.each([
    ['{"a": {% if true %}"{% endif %}{{ user.id }}}', 7],
    ['{"a": {% unless true %}"x{% else %}1{% endunless %}}', 7],
    ['{"a": {% case user.id %}{% when 1 %}"x{% when 2 %}"y{% endcase %}"}', 7],
    ['{"a": "{% for r in user.roles %}{{ r }}"{% endfor %}}', 8],
    ['[{% for r in user.roles %}"{% if r %}{% break %}{% endif %}"{% endfor %}]', 2],
    ['[{% for r in user.roles %}{% if r %}"{% continue %}{% endif %}1,{% endfor %}1]', 2],
  ])('ways that leave text literals differently cannot meet: %s', (source, column) => {
    const [error] = errorsOf(source, 'request_body')
    expect(error).toMatchObject({ code: 'SYNTAX', line: 1, column })
    expect(error?.message).toContain('same branch')
  })

  test.each([
    ['{"a": "x\\{{ user.id }}"}', 10],
    ['{"a": "\\u00{{ user.id }}"}', 12],
    ['{"a": "\\u{{ user.id }}"}', 10],
    ['{"a": "\\x"}', 9],
    ['{"a": "\n"}', 8],
    ['{"a": 1{{ user.id }}}', 8],
    ['{"a": {{ user.id }}{{ user.id }}}', 20],
    ['{"a": {{ user.id }}0}', 20],
    ['{{ user.id }}: 1', 14],
    ['{"a" {{ user.id }}}', 6],
    ['{"a": {{ user.id }},}', 21],
    ['{"a": }', 7],
    ['{"a": 01}', 9],
    ['{"a": tru}', 10],
    ["{'a': 1}", 2],
    ['[1, {{ user.id }}', 18],
    ['{"a": "{{ user.id }}', 21],
    ['{"a": 1}} ', 9],
    ['{"a": [1}', 9],
    ['  ', 3],
    ['[{% for r in user.roles %}{{ r }} {{ r }}{% endfor %}]', 35],
  ])('what can never be JSON is refused at its place: %s', (source, column) => {
    for (const place of ['request_body', 'response_body'] as const) {
      const errors = errorsOf(source, place)
      const lines = source.slice(0, source.length).split('\n')
      expect(errors[0]).toMatchObject({ code: 'INVALID_JSON_TEMPLATE' })
      if (lines.length === 1) expect(errors[0]).toMatchObject({ column })
    }
  })

  test('positions are those of the author', () => {
    expect(errorsOf('{"a": 1,\n "b": {{ user.id }} x}', 'request_body')[0]).toMatchObject({
      line: 2,
      column: 21,
    })
  })

  test('literal text is JSON exactly where JSON.parse says so', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      'a',
      '\\',
      'u00e9',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\n',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          fc.pre(!text.includes('{{') && !text.includes('{%'))
          expect(compileTemplate(text, { place: 'request_body' }).template !== undefined).toBe(isJson(text))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('what turns out not to be JSON is not sent', () => {
    const loop = '[{% for r in user.roles %}{{ r }},{% endfor %}]'
    expect(failureOf(() => render(loop, 'request_body')).reason).toBe('json')
    expect(failureOf(() => render('{% if false %}{}{% endif %}', 'request_body')).reason).toBe('json')
    expect(compileTemplate('{"a": 1}', { place: 'request_body' }).template?.constant).toBe('{"a": 1}')
  })

  test('raw switches the encoding off, warns, and the whole must still be JSON', () => {
    const source = '{"a": {{ body.x | raw }}}'
    expect(render(source, 'request_body', withBody('{"x":"1, \\"b\\": 2"}'))).toBe('{"a": 1, "b": 2}')
    expect(failureOf(() => render(source, 'request_body', withBody('{"x":"1}"}'))).reason).toBe('json')
    expect(compileTemplate(source, { place: 'request_body' }).warnings).toMatchObject([
      { code: 'RAW_OUTPUT' },
    ])
  })

  test('a value may be a key, but never one that is there already', () => {
    const source = '{"role": "user", "{{ body.k }}": 1, {{ body.l }}: 2}'
    const given = (k: unknown, l: unknown) => withBody(JSON.stringify({ k, l }))
    expect(JSON.parse(render(source, 'request_body', given('a"b', 'c')))).toEqual({
      role: 'user',
      'a"b': 1,
      c: 2,
    })
    for (const [k, l] of [
      ['role', 'x'],
      ['x', 'role'],
      ['x', 'x'],
      ['r\u006fle', 'y'],
    ]) {
      expect(failureOf(() => render(source, 'request_body', given(k, l))).reason).toBe('json')
    }
    expect(failureOf(() => render(source, 'request_body', given('x', 7))).reason).toBe('json')
    expect(
      compileTemplate(source, { place: 'request_body' }).warnings.map(({ code, column }) => [code, column]),
    ).toEqual([
      ['COMPUTED_KEY', 19],
      ['COMPUTED_KEY', 37],
    ])
  })

  test('nothing after break is ever shown, and saying so is an error', () => {
    expect(
      errorsOf('[{% for r in user.roles %}{% break %}{{ r }}{% endfor %}]', 'request_body')[0],
    ).toMatchObject({
      code: 'SYNTAX',
      column: 38,
    })
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

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
