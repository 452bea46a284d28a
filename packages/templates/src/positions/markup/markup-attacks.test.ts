import fc from 'fast-check'
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../compile.ts'
import { failureOf, values } from '../../testing/support.ts'

function compiledAs(contentType: string, source: string) {
  return compileTemplate(source, { place: 'request_body', contentType })
}

function renderHtml(source: string, body: Readonly<Record<string, unknown>>): string {
  const { template, errors } = compiledAs('text/html', source)
  expect(errors, source).toEqual([])
  return template?.render({ ...values, body: { text: JSON.stringify(body) } }) ?? ''
}

/** Elements and the names of their attributes, as a browser would read them. */
function structureOf(text: string): readonly unknown[] {
  const found: unknown[] = []
  const visit = (node: DefaultTreeAdapterTypes.Node): void => {
    if ('tagName' in node) found.push([node.tagName, node.attrs.map(({ name }) => name)])
    if ('childNodes' in node) node.childNodes.forEach(visit)
    if ('content' in node) visit(node.content)
    found.push('/')
  }
  visit(parseFragment(text))
  return found
}

test('whatever an author writes, an accepted output changes no element and no attribute name', () => {
  const shards = fc.constantFrom(
    ...[
      '{{ body.x }}',
      '{{ body.x }}',
      '<',
      '</',
      '<!',
      '<!-',
      '<!--',
      '<!--!>',
      '-',
      '-->',
      '--!>',
      '<?',
      '?>',
    ],
    ...[
      '>',
      '/',
      '/>',
      '"',
      "'",
      '=',
      ' ',
      '\n',
      '<a ',
      '<a b="',
      "<a b='",
      'b=',
      'c',
      '<_ ',
      '<é ',
      '</_ ',
      '&',
    ],
    ...[
      '<title>',
      '</title>',
      '<textarea>',
      '</textarea>',
      '<svg>',
      '</svg>',
      '<br>',
      '<i>',
      '</i>',
      '<>',
      '</>',
    ],
  )
  let accepted = 0
  fc.assert(
    fc.property(
      fc.array(shards, { minLength: 2, maxLength: 14 }).map((parts) => parts.join('')),
      fc.constantFrom(
        'v onclick=x',
        'v" onclick="x',
        "v' onclick='x",
        'v><b>',
        'v--><b>',
        'v</title><b>',
        'v/>',
        'v=x',
      ),
      (source, x) => {
        const { template } = compiledAs('text/html', source)
        if (template === undefined || !source.includes('body.x')) return
        accepted += 1
        expect(structureOf(renderHtml(source, { x })), source).toEqual(
          structureOf(renderHtml(source, { x: 'v' })),
        )
      },
    ),
    { numRuns: 20_000 },
  )
  expect(accepted).toBeGreaterThan(100)
})

describe('the scheme of a link', () => {
  test.each([
    ['<a href=" {{ body.x }}">', { x: 'javascript:alert(1)' }],
    ['<a href="\n\t{{ body.x }}">', { x: 'javascript:alert(1)' }],
    ['<a href="&#32;{{ body.x }}">', { x: 'javascript:alert(1)' }],
    ['<a href="&Tab;{{ body.x }}">', { x: 'javascript:alert(1)' }],
    ['<a href="java{{ body.x }}">', { x: 'script:alert(1)' }],
    ['<a href="{{ body.x }}{{ body.y }}">', { x: '', y: 'javascript:alert(1)' }],
    ['<a href="{{ body.x }}{{ body.y }}">', { x: 'java', y: 'script:alert(1)' }],
    ['<a href="{{ body.x }}{{ body.y }}">', { x: 'javascript', y: ':alert(1)' }],
    ['<a href="{{ body.x }} {{ body.y }}">', { x: 'java', y: '\tscript:alert(1)' }],
  ])('no values make one that runs: %s of %j', (source, body) => {
    const { template, errors } = compiledAs('text/html', source)
    expect(errors).toEqual([])
    const given = { ...values, body: { text: JSON.stringify(body) } }
    expect(failureOf(() => template?.render(given)).reason).toBe('place')
  })

  test.each([
    '<a href="{{ body.x }}:{{ body.y }}">',
    '<a href="{{ body.x }}://a.example">',
    '<a href="{{ body.x }}&colon;{{ body.y }}">',
    '<a href="{{ body.x }}&#58;{{ body.y }}">',
    '<script src="{{ body.x }}"></script>',
    '<base href="{{ body.x }}">',
  ])('no value is one before a colon of the author, or says whose code runs: %s', (source) => {
    expect(compiledAs('text/html', source).template).toBeUndefined()
  })

  test.each([
    ['<a href="{{ body.x }}&amp;page=2">', '/a?b=1'],
    ['<a href="{{ body.x }}/b:c">', 'https://a.example'],
    ['<a href="https://a.example/{{ body.x }}">', 'a:b'],
    ['<a href="mailto:{{ body.x }}">', 'a:b'],
    ['<script src="/a.js?v={{ body.x }}"></script>', '1'],
  ])('a link that leads somewhere passes: %s', (source, x) => {
    expect(renderHtml(source, { x })).toContain(x)
  })
})

test.each([
  '<a {% if body.z %}title{% else %}onclick{% endif %}="{{ body.x }}">',
  '<a {% if body.z %}onclick{% else %}title{% endif %}="{{ body.x }}">',
  '<a {% if body.z %}title={% else %}href={% endif %}"{{ body.x }}">',
  '<!-- {% if body.z %}--{% else %}b{% endif %}><a b="--> <i c="{{ body.x }}">',
  '<script>{% if body.z %}</scrip{% endif %}t>{{ body.x }}',
])('branches that leave an attribute or an end open are refused: %s', (source) => {
  expect(compiledAs('text/html', source).template).toBeUndefined()
})

test.each([
  '<_ a="><script>{{ body.x }}</script>">',
  '</_ a="><script>{{ body.x }}</script>">',
  '<!--!><a b="--><script>{{ body.x }}</script>">',
  '<!---!><a b="--><script>{{ body.x }}</script>">',
  '<svg><title><b {{ body.x }}></title></svg>',
])('what browsers read otherwise than it looks is refused: %s', (source) => {
  expect(compiledAs('text/html', source).template).toBeUndefined()
})

describe('XML', () => {
  test.each([
    ['image/svg+xml', '<svg><script><![CDATA[ "</script>"; "{{ body.x }}" ]]></script></svg>'],
    ['image/svg+xml', '<svg><script><!-- </script> -->{{ body.x }}</script></svg>'],
    ['text/xml', '<!DOCTYPE a SYSTEM "b>{{ body.x }}"><a/>'],
    ['text/xml', '<!DOCTYPE a [<!ENTITY b "]>{{ body.x }}">]><a/>'],
  ])('what looks like an end inside of a section or a quote is none: %s %s', (type, source) => {
    expect(compiledAs(type, source).template).toBeUndefined()
  })

  test('a script that closes itself has nothing inside', () => {
    const source = '<svg><script href="/a.js"/><text>{{ body.x }}</text></svg>'
    expect(compiledAs('image/svg+xml', source).errors).toEqual([])
  })
})
