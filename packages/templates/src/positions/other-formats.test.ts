import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { failureOf, values } from '../testing/support.ts'
import type { TemplateValues } from '../types.ts'

const form = 'application/x-www-form-urlencoded'

function compiledAs(contentType: string, source: string) {
  return compileTemplate(source, { place: 'request_body', contentType })
}

function renderAs(contentType: string, source: string, body: unknown): string {
  const { template, errors } = compiledAs(contentType, source)
  expect(errors, source).toEqual([])
  const given: TemplateValues = { ...values, body: { text: JSON.stringify(body) } }
  return template?.render(given) ?? ''
}

function errorOf(contentType: string, source: string) {
  const { template, errors } = compiledAs(contentType, source)
  expect(template, source).toBeUndefined()
  return errors[0]
}

describe('a form body', () => {
  test('outputs are percent-encoded, spaces as +', () => {
    const nasty = 'a&b=c d+é%\r\n\u{1f600}'
    const text = renderAs(form, 'x={{ body.x }}&y=1&z={{ body.z }}', { x: nasty })
    expect([...new URLSearchParams(text)]).toEqual([
      ['x', nasty],
      ['y', '1'],
      ['z', ''],
    ])
    expect(renderAs(form, 'x={{ body.x | raw }}', { x: 'a&b=c' })).toBe('x=a&b=c')
  })

  test('keys may hold what the platform team chooses, and a list may be written in a loop', () => {
    const source =
      "{% for i in body.items %}{% unless forloop.first %}&{% endunless %}line[{{ forloop.index0 }}][{{ get_variable('region') }}]={{ i.name }}{% endfor %}"
    expect([
      ...new URLSearchParams(renderAs(form, source, { items: [{ name: 'a&b' }, { name: 'c' }] })),
    ]).toEqual([
      ['line[0][eu]', 'a&b'],
      ['line[1][eu]', 'c'],
    ])
  })

  test.each([
    '{{ body.k }}=1',
    'a=1&{{ body.k }}=1',
    'a=1&x{{ user.id }}',
    '{% for k in body.keys %}&{{ k }}=1{% endfor %}',
  ])('a stranger names no key: %s', (source) => {
    expect(errorOf(form, source)).toMatchObject({ code: 'COMPUTED_KEY' })
  })

  test.each(['a=b c', 'a=1\n&b=2', 'a=é', 'a=%zz', 'a="x"'])(
    'literal text is encoded by its author: %j',
    (source) => {
      expect(errorOf(form, source)).toMatchObject({ code: 'INVALID_FORM_TEMPLATE' })
    },
  )

  test('an object has no text, a lone surrogate no encoding', () => {
    const { template } = compiledAs(form, 'x={{ body.x }}')
    const fail = (x: string) =>
      failureOf(() => template?.render({ ...values, body: { text: `{"x":${x}}` } })).reason
    expect(fail('{}')).toBe('filter')
    expect(fail('"\\ud800"')).toBe('place')
  })
})

describe('an XML or HTML body', () => {
  test('values become text and attribute values, never markup', () => {
    const source =
      '<?xml version="1.0"?>\n<a b="{{ body.x }}" c=\'{{ body.x }}\'><!-- note -->{{ body.x }}<d/></a>'
    const nasty = `<e f="g">&amp;'</a>]]>-->`
    const safe = '&lt;e f=&quot;g&quot;&gt;&amp;amp;&#39;&lt;/a&gt;]]&gt;--&gt;'
    expect(renderAs('application/xml', source, { x: nasty })).toBe(
      `<?xml version="1.0"?>\n<a b="${safe}" c='${safe}'><!-- note -->${safe}<d/></a>`,
    )
    expect(
      renderAs('application/soap+xml; charset=utf-8', '<a b="{{ body.x }}">{{ body.x }}</a>', {
        x: '\t\r\n',
      }),
    ).toBe('<a b="&#9;&#13;&#10;">\t&#13;\n</a>')
  })

  test.each([
    '<{{ body.x }}>',
    '</{{ body.x }}>',
    '<a {{ body.x }}>',
    '<a {{ body.x }}="1">',
    '<a b={{ body.x }}>',
    '<a b{{ body.x }}="c">',
    '<!-- {{ body.x }} -->',
    '<![CDATA[{{ body.x }}]]>',
    '<?pi {{ body.x }}?>',
    '<!DOCTYPE {{ body.x }}>',
    '<!DOCTYPE a [<!ENTITY b "{{ body.x }}">]><a/>',
    '<a b="c>{{ body.x }}</a>{{ body.x }}',
    '<a',
    '<!-- ',
  ])('an output stands in text or in a quoted attribute: %s', (source) => {
    expect(errorOf('text/xml', source)).toMatchObject({ code: 'INVALID_MARKUP_TEMPLATE' })
  })

  test.each([
    '<script>{{ body.x }}</script>',
    '<SCRIPT>var a = "{{ body.x }}"</SCRIPT>',
    '<style>{{ body.x }}</style>',
    '<noscript>{{ body.x }}</noscript>',
    '<plaintext></plaintext>{{ body.x }}',
    '<script></scriptx>{{ body.x }}</script>',
    '<script><!-- </script>',
    '<a onclick="{{ body.x }}">',
    '<a ONCLICK="f(\'{{ body.x }}\')">',
    '<a style="{{ body.x }}">',
    '<iframe srcdoc="{{ body.x }}"></iframe>',
    '<![CDATA[x]]>',
    '<!-->{{ body.x }}<a -->{{ body.x }}<!--',
  ])('where HTML would run a value, none may stand: %s', (source) => {
    expect(errorOf('text/html', source)).toMatchObject({ code: 'INVALID_MARKUP_TEMPLATE' })
  })

  test('what only looks like a tag, and text that references end, are plain places', () => {
    for (const source of [
      '<p>1 < 2 {{ body.x }}</p>',
      '<title>{{ body.x }}</title>',
      '<textarea>a {{ body.x }}</textarea>',
      '<script>var a = "<b>"</script>{{ body.x }}',
      '<a href="/x?y={{ body.x }}">{{ body.x }}</a>',
      '<!-- <a b=" -->{{ body.x }}',
    ]) {
      expect(renderAs('text/html', source, { x: '<' })).toContain('&lt;')
    }
  })

  test.each([
    'javascript:alert(1)',
    ' java\nscript:alert(1)',
    '\u0001JAVASCRIPT:x',
    'data:text/html,x',
    'vbscript:x',
  ])('a link begins with no scheme that runs: %j', (x) => {
    const { template } = compiledAs('text/html', '<a href="{{ body.x }}">')
    expect(
      failureOf(() => template?.render({ ...values, body: { text: JSON.stringify({ x }) } })).reason,
    ).toBe('place')
  })

  test('links that lead somewhere pass', () => {
    for (const x of ['https://a.example/?q=a:b', 'HTTP://a', 'mailto:a@b', '/a:b', '?a:b', 'page', '']) {
      expect(renderAs('text/html', '<a href="{{ body.x }}">', { x })).toContain('href="')
    }
  })

  test.each(['\u0000', '\u000b', '\uffff', '\ud800'])('what markup cannot hold is not sent: %j', (x) => {
    for (const type of ['text/xml', 'text/html']) {
      const { template } = compiledAs(type, '<a>{{ body.x }}</a>')
      expect(
        failureOf(() => template?.render({ ...values, body: { text: JSON.stringify({ x }) } })).reason,
      ).toBe('place')
    }
  })

  test('branches must leave tags as the others do', () => {
    expect(errorOf('text/xml', '<a>{% if body.x %}<b c="{% endif %}</a>')).toMatchObject({ code: 'SYNTAX' })
    expect(renderAs('text/xml', '<a>{% if body.x %}<b c="{{ body.x }}"/>{% endif %}</a>', { x: '"' })).toBe(
      '<a><b c="&quot;"/></a>',
    )
  })
})

describe('a body of any other type', () => {
  test.each([
    'text/plain',
    'text/csv',
    'application/graphql',
    'multipart/form-data; boundary=x',
    'application/x-ndjson',
  ])('an output of a stranger says how it is encoded: %s', (contentType) => {
    for (const name of ['body.x', 'body_text', 'user.id', 'tenant_id', 'pathParams.idea_id']) {
      expect(errorOf(contentType, `a {{ ${name} }}`)).toMatchObject({ code: 'UNENCODED_OUTPUT', column: 3 })
      expect(errorOf(contentType, `{% assign x = ${name} | upcase %}{{ x }}`)).toMatchObject({
        code: 'UNENCODED_OUTPUT',
      })
    }
    expect(errorOf(contentType, '{% for x in body.l %}{% cycle x, "b" %}{% endfor %}')).toBeDefined()
    expect(renderAs(contentType, 'a {{ body.x | json }}', { x: 'b\n' })).toBe('a "b\\n"')
    expect(renderAs(contentType, 'a {{ body.x | raw }}', { x: 'b\n' })).toBe('a b\n')
    expect(
      renderAs(contentType, "{{ get_variable('region') }} {{ now() }} {{ body.x | size }}", { x: 'b' }),
    ).toBe('eu 1700000000 1')
  })
})
