import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileTemplate } from '../../compile.ts'
import { TemplateRenderError } from '../../evaluate/render-error.ts'
import { values, withUser } from '../../testing/support.ts'
import type { CompiledTemplate, PlaceName, TemplateValues } from '../../types.ts'
import { compileUrl } from '../../url/compile-url.ts'

/** Texts with everything in them that means something somewhere. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '\\',
        '\\u',
        '\n',
        '\r\n',
        '\t',
        '\0',
        '</script>',
        ']]>',
        '-->',
        '<b c="d">',
        '&',
        '&amp;',
      ),
      fc.constantFrom(
        '{{ user.id }}',
        '{% raw %}',
        "{{ get_secret('key') }}",
        '..',
        '/',
        '%2e',
        '?',
        '#',
        '=',
        ';',
        ',',
        '+',
      ),
      fc.constantFrom(
        '\ud800',
        '\u2028',
        '\ufeff',
        '\u0085',
        'é',
        '\u{1f600}',
        ': ',
        '{',
        '}',
        '[',
        ']',
        'null',
        '1',
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

const names = [
  'user.first_name',
  'user.email',
  'pathParams.idea_id',
  "get_variable('region')",
  'body.x',
  'body.list[0]',
]
const name = fc.constantFrom(...names)
const filtered = fc
  .tuple(
    name,
    fc.constantFrom(
      '',
      '',
      '',
      ' | upcase',
      ' | json',
      ' | append: user.first_name',
      " | default: 'd'",
      ' | plain',
    ),
  )
  .map((parts) => parts.join(''))

function given(text: string): TemplateValues {
  return {
    ...withUser({ first_name: text, email: text }),
    pathParams: { idea_id: text },
    variables: new Map([['region', text]]),
    body: { text: JSON.stringify({ x: text, list: [text, 'b'], on: true }) },
  }
}

/** What a template gives; nothing where it refuses the value. */
function rendered(template: Pick<CompiledTemplate, 'render'>, text: string): string | undefined {
  try {
    return template.render(given(text))
  } catch (error) {
    if (error instanceof TemplateRenderError) return undefined
    throw error
  }
}

function compiledFor(place: PlaceName, source: string, contentType?: string): CompiledTemplate {
  const { template, errors } = compileTemplate(source, {
    place,
    ...(contentType !== undefined && { contentType }),
  })
  expect(errors, source).toEqual([])
  if (template === undefined) throw new Error('a template without errors must compile')
  return template
}

/** A JSON template with outputs in every kind of place, and never a key from a value. */
const jsonTemplate = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    filtered.map((it) => `{{ ${it} }}`),
    fc.tuple(fc.string(), filtered, filtered).map(([text, a, b]) => {
      const literal = JSON.stringify(text.replace(/[{%]/g, '')).slice(1, -1)
      return `"${literal}{{ ${a} }} - {% if body.on %}{{ ${b} }}{% else %}x{% endif %}"`
    }),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    fc
      .array(tie('value'), { maxLength: 3 })
      .map((all) => `{ ${all.map((it, i) => `"k${i}": ${it}`).join(', ')} }`),
    tie('value').map((it) => `{% if body.on %}${it}{% else %}null{% endif %}`),
    tie('value').map(
      (it) => `[{% for i in body.list %}${it}{% unless forloop.last %}, {% endunless %}{% endfor %}]`,
    ),
    filtered.map((it) => `{% capture c %}a {{ ${it} }} b{% endcapture %}{{ c }}`),
    filtered.map((it) => `{% assign a = ${it} %}"{{ a }}"`),
  ),
})).value

/** The same for any two texts that are put in for the values: where it is an array, an object, or a leaf. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return 'leaf'
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapeOf(part)]))
}

test('JSON: whatever stands in for a value, only leaves change, and all of it is JSON', () => {
  let seen = 0
  fc.assert(
    fc.property(jsonTemplate, nasty, nasty, (source, one, other) => {
      const template = compiledFor('request_body', source)
      const first = rendered(template, one)
      const second = rendered(template, other)
      if (first === undefined || second === undefined) return
      seen += 1
      expect(shapeOf(JSON.parse(first))).toEqual(shapeOf(JSON.parse(second)))
    }),
    { numRuns: 1500 },
  )
  expect(seen).toBeGreaterThan(500)
})

test('form: whatever stands in for a value, the keys stay, and every value is read back', () => {
  const form = fc.array(fc.tuple(fc.constantFrom('a', 'b%5B%5D', 'c'), name, fc.boolean()), {
    minLength: 1,
    maxLength: 4,
  })
  let seen = 0
  fc.assert(
    fc.property(form, nasty, (rows, text) => {
      const source = rows.map(([key, it, isWrapped]) => `${key}=${isWrapped ? 'x' : ''}{{ ${it} }}`).join('&')
      const out = rendered(compiledFor('request_body', source, 'application/x-www-form-urlencoded'), text)
      if (out === undefined) return
      seen += 1
      const expected = rows.map(([key, , isWrapped]) => [
        decodeURIComponent(key),
        (isWrapped ? 'x' : '') + text,
      ])
      expect([...new URLSearchParams(out)]).toEqual(expected)
    }),
  )
  expect(seen).toBeGreaterThan(20)
})

test('URL: whatever stands in for a value, origin, segments and keys stay, or nothing is sent', () => {
  let seen = 0
  const { url } = compileUrl(
    "https://api.example.com/a/{{ pathParams.idea_id }}/b-{{ user.first_name }}/c?x={{ user.email }}&y=1{{ get_variable('region') }}",
    { pathParameters: new Map([['idea_id', 'text']]) },
  )
  fc.assert(
    fc.property(nasty, (text) => {
      const target = rendered({ render: (all) => url?.renderTarget(all) ?? '' }, text)
      if (target === undefined) return
      seen += 1
      const read = new URL(target, 'https://api.example.com')
      expect(read.origin + read.pathname + read.search + read.hash).toBe(`https://api.example.com${target}`)
      expect(read.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', text, `b-${text}`, 'c'])
      expect([...read.searchParams]).toEqual([
        ['x', text],
        ['y', `1${text}`],
      ])
    }),
    { numRuns: 1000 },
  )
  expect(seen).toBeGreaterThan(100)
})

test('header: whatever stands in for a value, it is one line of Latin-1, or nothing is sent', () => {
  for (const [place, forbidden] of [
    ['header', /[^\t\x20-\x7e\xa0-\xff]/],
    ['cookie', /[^\t\x20-\x7e\xa0-\xff]/],
    ['auth_header', /[^\t\x20-\x7e\xa0-\xff]/],
  ] as const) {
    fc.assert(
      fc.property(fc.array(filtered, { minLength: 1, maxLength: 3 }), nasty, (outputs, text) => {
        fc.pre(!outputs.some((it) => it.includes('body')))
        const source = outputs.map((it) => `a=b {{ ${it} }}`).join('')
        const out = rendered(compiledFor(place, source), text)
        if (out === undefined) return
        expect(out).not.toMatch(forbidden)
        if (place === 'cookie') expect(out).not.toMatch(/[;,"]/)
      }),
    )
  }
})

test('XML: whatever stands in for a value, the elements and attributes stay', () => {
  const tags = (text: string): string[] =>
    text.match(/<[^<>]*>/g)?.map((it) => it.replace(/"[^"]*"/g, '""')) ?? []
  const piece = fc.tuple(name, name).map(([a, b]) => `<i j="{{ ${a} }}">{{ ${b} }}</i>`)
  let seen = 0
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 3 }), nasty, (pieces, text) => {
      const source = `<?xml version="1.0"?><r>${pieces.join('<!-- c -->')}</r>`
      const out = rendered(compiledFor('request_body', source, 'application/xml'), text)
      if (out === undefined) return
      seen += 1
      expect(tags(out)).toEqual(tags(source))
    }),
  )
  expect(seen).toBeGreaterThan(20)
})

test('a text of 1 MB stands in every place, or is refused as a limit', () => {
  const big = `${'"\\<&\u00e9'.repeat(60_000)}`
  const sources: readonly (readonly [PlaceName, string, string?])[] = [
    ['header', 'a {{ user.first_name | size }}'],
    ['query', '{{ user.first_name }}'],
    ['url', '/a/{{ user.first_name }}'],
    ['request_body', '{"a": "x{{ user.first_name }}", "b": {{ user.first_name }}}'],
    ['request_body', 'a={{ user.first_name }}', 'application/x-www-form-urlencoded'],
    ['request_body', '<a b="{{ user.first_name }}">{{ user.first_name }}</a>', 'text/xml'],
    ['request_body', '{{ user.first_name | json }}', 'text/plain'],
  ]
  for (const [place, source, contentType] of sources) {
    const template = compiledFor(place, source, contentType)
    try {
      expect(template.render(withUser({ first_name: big })).length).toBeGreaterThan(0)
    } catch (error) {
      expect(error).toMatchObject({ reason: 'limit' })
    }
  }
})

test('what a value says is never a template', () => {
  const evil = "{{ get_secret('key') }}{% assign user = 1 %}{{ 'a' | upcase }}"
  for (const [place, source, contentType] of [
    ['header', '{{ user.first_name }}', undefined],
    ['query', '{% capture c %}{{ user.first_name }}{% endcapture %}{{ c | append: user.email }}', undefined],
    ['request_body', '{"a": "{{ user.first_name }}", "b": {{ user.first_name | json }}}', undefined],
    ['request_body', '<a>{{ user.first_name }}</a>', 'text/xml'],
    ['request_body', '{{ user.first_name | raw }}', 'text/plain'],
  ] as const) {
    const out = compiledFor(place, source, contentType).render({
      ...withUser({ first_name: evil, email: evil }),
      secrets: values.secrets ?? new Map(),
    })
    expect(out).toContain('get_secret(')
    expect(out).not.toContain('s3cr3t-value')
  }
})
