/** Something that only Jinja2 has, and how Liquid writes it. */
interface Sign {
  readonly pattern: RegExp
  readonly advice: string
}

/** Where a template shows that it is written in Jinja2. */
export interface JinjaSign {
  readonly offset: number
  readonly advice: string
}

const tags: readonly Sign[] = [
  { pattern: /^set\s/, advice: '{% set x = 1 %} is {% assign x = 1 %}' },
  { pattern: /^elif\s/, advice: '{% elif x %} is {% elsif x %}' },
  { pattern: /^for\s+\w+\s*,\s*\w+\s+in\s/, advice: '{% for k, v in x %} is {% for pair in x %}' },
  {
    pattern:
      /^(?:endset|macro|endmacro|call|endcall|extends|import|from|do|with|endwith|autoescape|endautoescape|filter|endfilter)(?:\s|$)/,
    advice: 'there is no such tag',
  },
]

const anywhere: readonly Sign[] = [
  { pattern: /\|\s*\w+\s*\(/, advice: '| join(",") is | join: ","' },
  {
    pattern:
      /\sis\s+(?:not\s+)?(?:defined|undefined|none|string|number|mapping|iterable|sequence|true|false)\b/i,
    advice: '{% if x is defined %} is {% if x %}',
  },
  { pattern: /~/, advice: 'a ~ b is a | append: b' },
  { pattern: /\snot\s+in\s/, advice: '{% if x not in list %} is {% unless list contains x %}' },
  { pattern: /\bloop\.\w/, advice: 'loop.index is forloop.index' },
  {
    pattern: /\.(?:items|keys|values|get|upper|lower|strip|split|join|replace|startswith|endswith|format)\(/,
    advice: 'x.upper() is x | upcase',
  },
]

const inOutputs: readonly Sign[] = [
  { pattern: /\S\s+if\s+\S/, advice: '{{ a if b else c }} is {% if b %}{{ a }}{% else %}{{ c }}{% endif %}' },
]

/** What people write at the beginning shows what it is; a long text is not searched to its end. */
const mostMarkers = 200
const mostCharacters = 400

const quoted = /"[^"]*"|'[^']*'/g

/**
 * The first sign that a template is Jinja2, where it has any. To be asked only of a template that is no Liquid: most
 * templates are both.
 */
export function findJinjaSign(source: string): JinjaSign | undefined {
  let begin = 0
  for (let count = 0; count < mostMarkers; count += 1) {
    const found = source.slice(begin).search(/\{[{%#]/)
    if (found === -1) return undefined
    begin += found
    const kind = source[begin + 1] ?? ''
    const end = source.indexOf(closing[kind] ?? '', begin + 2)
    if (end === -1) return undefined
    if (kind === '#') return { offset: begin, advice: '{# x #} is {% comment %}x{% endcomment %}' }
    const written = source.slice(begin + 2, Math.min(end, begin + 2 + mostCharacters))
    const sign = signIn(written.replace(/^[-+]/, ' '), kind)
    if (sign !== undefined) return { offset: begin + 2 + sign.offset, advice: sign.advice }
    begin = end + 2
  }
  return undefined
}

const closing: Readonly<Record<string, string>> = { '{': '}}', '%': '%}', '#': '#}' }

function signIn(written: string, kind: string): JinjaSign | undefined {
  const blanks = written.length - written.trimStart().length
  const content = written.trim()
  const bare = content.replace(quoted, (text) => text[0] + ' '.repeat(text.length - 2) + text[0])
  for (const { pattern, advice } of [...(kind === '%' ? tags : inOutputs), ...anywhere]) {
    const at = bare.search(pattern)
    if (at !== -1) return { offset: blanks + at, advice }
  }
  return undefined
}
