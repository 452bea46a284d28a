import fc from 'fast-check'
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { compileTemplate } from '../../compile.ts'
import { failureOf, values } from '../../testing/support.ts'
import { markupAttribute, markupContent } from './escape-markup.ts'

type Kind = 'text/xml' | 'text/html'

/** What a reader that is not ours finds: the structure, and apart from it what hangs in it. */
interface Reading {
  readonly structure: readonly unknown[]
  readonly leaves: readonly string[]
}

function readXml(text: string): Reading {
  const structure: unknown[] = []
  const leaves: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    structure.push([name, Object.keys(attributes)])
    leaves.push(...Object.values(attributes))
  })
  parser.on('closetag', ({ name }) => structure.push(`/${name}`))
  parser.on('comment', (comment) => structure.push(['comment', comment]))
  parser.on('cdata', (cdata) => structure.push(['cdata', cdata]))
  parser.on('processinginstruction', ({ target, body }) => structure.push([target, body]))
  parser.on('text', (leaf) => leaves.push(leaf))
  parser.write(text).close()
  return { structure, leaves }
}

function readHtml(text: string): Reading {
  const structure: unknown[] = []
  const leaves: string[] = []
  const visit = (node: DefaultTreeAdapterTypes.Node): void => {
    if ('value' in node) leaves.push(node.value)
    else if ('data' in node) structure.push(['comment', node.data])
    else if ('tagName' in node) {
      structure.push([node.namespaceURI, node.tagName, node.attrs.map(({ name }) => name)])
      leaves.push(...node.attrs.map(({ value }) => value))
    }
    if ('childNodes' in node) node.childNodes.forEach(visit)
    if ('content' in node) visit(node.content)
    structure.push('/')
  }
  visit(parseFragment(text))
  return { structure, leaves }
}

const readers: Readonly<Record<Kind, (text: string) => Reading>> = {
  'text/xml': readXml,
  'text/html': readHtml,
}

function rendered(contentType: Kind, source: string, x: string): string {
  const { template, errors } = compileTemplate(source, { place: 'request_body', contentType })
  expect(errors, source).toEqual([])
  if (template === undefined) throw new Error('a template without errors must compile')
  return template.render({ ...values, body: { text: JSON.stringify({ x }) } })
}

/** What has broken markup before, by itself and amid other text. */
const attacks = [
  ']]>',
  '-->',
  '--!>',
  '?>',
  '</script>',
  '</title><script>',
  '</textarea>',
  '" onload="x',
  "' onload='x",
  ' onload=x ',
  '/>',
  '<a b="c">',
  '<!--',
  '<![CDATA[',
  '&lt;',
  '&#60;script&#62;',
  '&amp',
  '\t\r\n',
  '\u2028\u0085\u{1f600}',
]

/** Every text that markup can hold; it begins with a letter, since HTML treats none and some text differently. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: 'grapheme' })), { maxLength: 6 })
  .map((parts) => `v${parts.join('').replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')}`)

const output = '{{ body.x }}'
const plainText = fc.constantFrom('a', ' ', 'b c', '&amp;', '1 &gt; 0', '\n')
const attribute = fc
  .tuple(fc.constantFrom('"', "'"), fc.array(fc.oneof(fc.constant(output), plainText), { maxLength: 3 }))
  .map(([quote, parts]) => `=${quote}${parts.join('')}${quote}`)

/** Well-formed markup with outputs wherever they may stand. */
function markup(elements: readonly string[], literals: readonly string[]): fc.Arbitrary<string> {
  return fc.letrec<{ node: string; element: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant(output),
      plainText,
      fc.constantFrom(...literals),
      tie('element'),
    ),
    element: fc
      .tuple(
        fc.constantFrom(...elements),
        fc.uniqueArray(fc.constantFrom('title', 'alt', 'data-x', 'class'), { maxLength: 2 }),
        fc.array(attribute, { minLength: 2, maxLength: 2 }),
        fc.array(tie('node'), { maxLength: 4 }),
      )
      .map(([name, names, written, nodes]) => {
        const attributes = names.map((one, index) => ` ${one}${written[index]}`).join('')
        return `<${name}${attributes}>${nodes.join('')}</${name}>`
      }),
  })).element
}

const templates: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  'text/xml': markup(
    ['a', 'b:c', 'script', 'é'],
    ['<!-- "\' > -->', '<![CDATA[ <a b="]]>', '<?pi "?>', '<d e="f>"/>'],
  ),
  'text/html': markup(
    ['div', 'A', 'b', 'table', 'custom-e'],
    [
      '<!-- "\' > -->',
      '<script>"</scrip"</script>',
      '<br/>',
      '1 < 2',
      '<style>a::b{}</style>',
      `<title>${output}</title>`,
      `<textarea>a${output}</textarea>`,
      '</>',
    ],
  ),
}

describe.each(['text/xml', 'text/html'] as const)('%s, read by a parser that is not ours', (kind) => {
  const read = readers[kind]

  test('no value changes an element, an attribute name or their number', () => {
    fc.assert(
      fc.property(templates[kind], text, text, (source, one, other) => {
        expect(read(rendered(kind, source, one)).structure).toEqual(
          read(rendered(kind, source, other)).structure,
        )
      }),
    )
  })

  test('a value is read as it was given, in content and between either quotes', () => {
    fc.assert(
      fc.property(text, (x) => {
        const source = `<a title="${output}" class='${output}'>${output}</a>`
        expect(read(rendered(kind, source, x)).leaves).toEqual([x, x, x])
      }),
    )
  })

  test.each(attacks)('nothing gets out: %j', (attack) => {
    const source = `<a title="${output}" class='-${output}'><b>${output}</b></a>`
    expect(read(rendered(kind, source, attack)).structure).toEqual(
      read(rendered(kind, source, 'v')).structure,
    )
  })

  // Without a template around it: the clock of a render is not what this is about.
  test('a megabyte of nothing but what must be escaped is read whole', () => {
    const x = `<&"'>`.repeat(200_000)
    const source = `<a title="${markupAttribute(x)}">${markupContent(x)}</a>`
    expect(read(source).leaves.map((leaf) => leaf === x)).toEqual([true, true])
  })

  test.each(['\u0000', '\u000b', '\ufffe', '\uffff', 'a\ud800b', '\udc00'])(
    'what markup cannot hold fails the render, also amid text and in attributes: %j',
    (x) => {
      for (const source of [`<a>${output}</a>`, `<a title="${output}"/>`]) {
        expect(failureOf(() => rendered(kind, source, `a${x}`)).reason).toBe('place')
      }
    },
  )
})
