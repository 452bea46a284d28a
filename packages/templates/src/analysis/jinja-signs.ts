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

const marker = /\{%[-+]?\s*([\s\S]*?)[-+]?%\}|\{\{-?\s*([\s\S]*?)-?\}\}|\{#[\s\S]*?#\}/g
const quoted = /"[^"]*"|'[^']*'/g

/**
 * The first sign that a template is Jinja2, where it has any. To be asked only of a template that is no Liquid: most
 * templates are both.
 */
export function findJinjaSign(source: string): JinjaSign | undefined {
  for (const found of source.matchAll(marker)) {
    const [whole, tag, output] = found
    const content = tag ?? output
    if (content === undefined)
      return { offset: found.index, advice: '{# x #} is {% comment %}x{% endcomment %}' }
    const begin = found.index + whole.indexOf(content)
    const bare = content.replace(quoted, (text) => text[0] + ' '.repeat(text.length - 2) + text[0])
    for (const { pattern, advice } of [...(tag === undefined ? inOutputs : tags), ...anywhere]) {
      const at = bare.search(pattern)
      if (at !== -1) return { offset: begin + at, advice }
    }
  }
  return undefined
}
