/** What 64 KiB of text can do to the one who compiles it: every other call waits meanwhile. */
import { expect, test } from 'vitest'
import { compileTemplate } from '../compile.ts'
import { inspectTemplate } from '../inspection/inspect-template.ts'
import type { PlaceName } from '../types.ts'
import { compileUrl } from '../url/compile-url.ts'
import { limits } from './limits.ts'

const most = limits.sourceBytes
const fill = (piece: string, before = '', after = ''): string =>
  before + piece.repeat(Math.floor((most - before.length - after.length) / piece.length)) + after
const nest = (open: string, inner: string, close: string): string =>
  open.repeat(100) + inner + close.repeat(100)
const many = (write: (index: number) => string, count = 999): string =>
  Array.from({ length: count }, (_, index) => write(index)).join('')

const hostile: Readonly<Record<string, string>> = {
  'open outputs': fill('{{'),
  'open tags': fill('{%'),
  braces: fill('{'),
  outputs: fill('{{ user.id }}'),
  '1000 outputs': '{{ user.id }}'.repeat(1000),
  'one long path': fill('.a', '{{ body', ' }}'),
  'long filter chain': fill('|upcase', '{{ user.id ', ' }}'),
  'long unknown filter chain': fill('|a', '{{ user.id ', ' }}'),
  'unknown filters similar': fill('|upcasw', '{{ user.id ', ' }}'),
  args: fill(", 'a'", "{{ user.id | append: 'a'", ' }}'),
  'conditions and': fill(' and a', '{% if a', ' %}{% endif %}'),
  'conditions alternating': fill(' and a or a', '{% if a', ' %}{% endif %}'),
  'conditions unknown names': fill(' and abcdef', '{% if a', ' %}{% endif %}'),
  'condition alternating 99': `{% if 1${' and 1 or 1'.repeat(49)} %}{% endif %}`,
  'when many': fill(", 'b'", "{% case user.id %}{% when 'a'", ' %}{% endcase %}'),
  'nested if 100': nest('{% if user.id %}', 'x', '{% endif %}'),
  'nested if text': fill('x', '{% if user.id %}'.repeat(100), '{% endif %}'.repeat(100)),
  'nested loops json': nest('{% for a in body.a %}[', '1', '],{% endfor %}'),
  'nested loops json 2': nest('{% for a in body.a %}{"a":', '1', '},{% endfor %}1,'),
  'nested loops structure': `[${nest('{% for a in body.a %}1,', '1', ',2{% endfor %}')}]`,
  'nested loops open': nest('{% for a in body.a %}[', '', '{% endfor %}'),
  'loops with text 64K': fill(
    '1,',
    `[${'{% for a in body.a %}'.repeat(50)}`,
    `1${'{% endfor %},1'.repeat(50)}]`,
  ),
  'if json branches': `[${'{% if body.a %}{"a":{% else %}[{% endif %}'.repeat(300)}]`,
  'if json branches deep': `[${'{% if body.a %}[{% endif %}'.repeat(400)}${fill('1,').slice(0, 40000)}`,
  'json text': fill('a', '{"a":"', '{{ body.a }}"}'),
  'json arrays': `${'['.repeat(32000)}{{ body.a }}${']'.repeat(32000)}`,
  'json number': fill('1', '[{{ body.a }},', ']'),
  'json many outputs in string': `{"a":"${'{{ body.a | soql }} '.repeat(1000)}"}`,
  'case arms json': `{% case body.a %}${'{% when 1 %}[{% when 2 %}{'.repeat(400)}{% endcase %}`,
  'assign chain taint': `${many((i) => `{% assign a${i} = a${i + 1} %}`)}{% assign a999 = user.id %}`,
  'capture nest': `${nest('{% capture a %}', 'x', '{% endcapture %}')}{{ a }}`,
  'assign self': '{% assign a = a | append: user.id %}'.repeat(999),
  'liquid lines': fill('echo user.id\n', '{% liquid\n', '%}'),
  'liquid junk lines': fill('x\n', '{% liquid\n', '%}'),
  'liquid in liquid': fill('liquid ', '{% liquid\n', "echo 'a'\n%}"),
  comments: fill('{% comment %}{% endcomment %}', '{{ user.id }}'),
  'inline comments': fill('{%#%}', '{{ user.id }}'),
  raws: fill('{% raw %}{% endraw %}', '{{ user.id }}'),
  'raw open': fill('{% endraw', '{% raw %}', ''),
  'inline comment newlines': fill('\n', '{% #', '#%}'),
  quotes: fill("'", '{{ ', ' }}'),
  brackets: fill('[a', '{{ a', ' }}'),
  blank: fill(' ', '{{', '}}'),
  'blank text trims': fill(' ', '{{- user.id -}}', '{{- user.id -}}'),
  'spaces between trims': `${'{{- user.id -}} '.repeat(900) + ' '.repeat(40000)}x`,
  'jinja is': fill(' is', '{{ a', ' }}'),
  'jinja pipes': fill('| a ', '{{ a ', ' }}'),
  'jinja pipe blanks': fill(' ', '{{ a |', 'x }} {{ b'),
  'jinja quotes': fill('"a', '{% x ', ' %}'),
  words: fill('a ', '{{ ', ' }}'),
  digits: fill('1', '{{ ', ' }}'),
  'bad number': fill('1', '{{ ', 'a }}'),
  'unknown tags': '{% aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa %}'.repeat(1000),
  'unknown names': many((i) => `{{ name_${i}_unknown_with_long_text }}`, 1000),
  'unknown long name': fill('a', '{{ ', ' }}'),
  'assigned + unknown': many((i) => `{% assign n${i} = 1 %}`, 499) + many((i) => `{{ m${i} }}`, 499),
  'errors on lines': '{{ a }}\n'.repeat(1000),
  'newlines then errors': '\n'.repeat(50000) + '{{ a }}'.repeat(999),
  vars: many((i) => `{{ get_variable('v${i}') }}`, 1000),
  'html tags': fill('<a b="c">', '', '{{ body.a }}'),
  'html attr': fill('<a ', '', ''),
  'html script': fill('<script>', '', ''),
  'html comments': fill('<!--', '', '{{ body.a }}'),
  'html title': fill('<', '<title>', ''),
  'html quoted long': `<a href="${fill('a').slice(0, 60000)}{{ body.a }}">`,
  'html lt': fill('<'),
  'html loops': nest('{% for a in body.a %}<a b="', 'x', '">{% endfor %}'),
  'html entity': fill('&', '<a b="{{ body.a }}'),
  form: fill('a=b&', '', '{{ user.id }}=1'),
  'form keys loops': nest('{% for a in body.a %}', '&a=1', '{% endfor %}'),
  'form loops 2': nest('{% for a in body.a %}a=', '&a', '=b{% if body.a %}&{% endif %}{% endfor %}'),
  'soql loops': `{"a":"${nest("{% for a in body.a %}'", '{{ body.a | soql }}', "'{% endfor %}")}"}`,
  'soql loops 2': `{"a":"${nest("{% for a in body.a %}'", '{{ body.a | soql }}', '{% endfor %}')}"}`,
  'lang mix':
    '{"a":"' +
    nest(
      '{% for a in body.a %}\'\\"^{',
      '{{ body.a | soql }}{{ body.a | jql }}{{ body.a | graphql }}{{ body.a | odata }}{{ body.a | sysparm }}',
      '}{% endfor %}',
    ) +
    '"}',
  'loop else nest': nest('{% for a in body.a %}[{% else %}', '1', '{% endfor %}'),
  'loop breaks': `[${nest('{% for a in body.a %}{% if a %}1{% break %}{% endif %}2,', '1', '{% endfor %},3')}]`,
  'if nested branches json': `[${nest('{% if a %}1,{% else %}', '1', ',2{% endif %}')}]`,
}

const everywhere: readonly (readonly [PlaceName, string])[] = [
  ['request_body', 'application/json'],
  ['request_body', 'text/html'],
  ['request_body', 'application/x-www-form-urlencoded'],
  ['request_body', 'text/plain'],
  ['auth_text', ''],
  ['query', ''],
]

// Each takes less than 100 ms on a machine that has nothing else to do; before there were limits, some took minutes.
test.each(Object.entries(hostile))('%s', (_, source) => {
  expect(source.length).toBeLessThanOrEqual(most)
  const started = performance.now()
  for (const [place, contentType] of everywhere) {
    const { errors } = compileTemplate(source, { place, contentType })
    expect(errors.length).toBeLessThanOrEqual(limits.failures)
  }
  compileUrl(`https://a.example/${source.slice(0, most - 100)}`, { pathParameters: new Map() })
  inspectTemplate(source)
  expect(performance.now() - started).toBeLessThan(5000)
})

test('what has too many ways through it is refused', () => {
  const source = hostile['loops with text 64K'] ?? ''
  expect(compileTemplate(source, { place: 'request_body' }).errors).toMatchObject([{ code: 'TOO_LARGE' }])
})

test.each([`${'['.repeat(300)}{{ body.a }}${']'.repeat(300)}`, `[${'1'.repeat(300)}, {{ body.a }}]`])(
  'JSON that is nested too deep is refused: %s',
  (source) => {
    expect(compileTemplate(source, { place: 'request_body' }).errors).toMatchObject([{ code: 'TOO_LARGE' }])
  },
)

test('names that are bound to each other in a long chain are followed to its end', () => {
  for (const direction of [1, -1]) {
    const chain = many((i) => `{% assign a${i} = a${i + direction} %}`, 900)
    const source = `{% assign a-1 = 'x' %}{% assign a900 = user.id %}${chain}{{ a${direction === 1 ? 0 : 899} }}`
    const { errors } = compileTemplate(source, { place: 'request_body', contentType: 'text/plain' })
    expect(errors.map(({ code }) => code)).toEqual(direction === 1 ? ['UNENCODED_OUTPUT'] : [])
  }
})

test('at most a hundred errors are told, in the order of the text', () => {
  const { errors } = compileTemplate('{{ a }}\n'.repeat(999), { place: 'query' })
  expect(errors.map(({ line }) => line)).toEqual(
    Array.from({ length: limits.failures }, (_, index) => index + 1),
  )
})
