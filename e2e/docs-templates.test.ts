/** What `docs/templates.md` shows is true: each example is rendered, each table compared with the code. */
import { readFileSync } from 'node:fs'
import { compileTemplate, compileUrl, type PlaceName, type TemplateValues } from '@sluice/templates'
import { describe, expect, test } from 'vitest'

const page = readFileSync(new URL('../docs/templates.md', import.meta.url), 'utf8')
const source = (file: string) =>
  readFileSync(new URL(`../packages/templates/src/${file}`, import.meta.url), 'utf8')

interface Block {
  /** What stands behind the opening fence: `liquid request_body text/xml`, `json gives`, … */
  readonly info: string
  readonly text: string
}

interface Example {
  readonly title: string
  readonly template: Block
  /** Payload or answer, and what comes of it. */
  readonly others: readonly Block[]
}

const blocks: readonly Block[] = [...page.matchAll(/^```([^\n]+)\n(.*?)\n```$/gms)].map(
  ([, info = '', text = '']) => ({
    info,
    text,
  }),
)

const stored = JSON.parse(blocks.find(({ info }) => info === 'json values')?.text ?? '{}') as {
  readonly session: TemplateValues['session']
  readonly pathParams: Record<string, string>
  readonly variables: Record<string, string>
  readonly secrets: Record<string, string>
  readonly nowSeconds: number
}

/** A template with the blocks up to the next one. */
const examples: readonly Example[] = (() => {
  const found: { title: string; template: Block; others: Block[] }[] = []
  for (const block of blocks) {
    if (block.info.startsWith('liquid ')) {
      found.push({ title: block.text.slice(0, 60), template: block, others: [] })
    } else if (block.info !== 'json values') found.at(-1)?.others.push(block)
  }
  return found
})()

function valuesOf({ others }: Example): TemplateValues {
  const payload = others.find(({ info }) => info === 'json payload')
  const answer = others.find(({ info }) => / answer\b/.test(info))
  const [, status, headerName, headerValue] =
    /answer(?: (\d{3}))?(?: ([\w-]+): (.*))?$/.exec(answer?.info ?? '') ?? []
  return {
    session: stored.session,
    pathParams: stored.pathParams,
    variables: new Map(Object.entries(stored.variables)),
    secrets: new Map(Object.entries(stored.secrets)),
    nowSeconds: stored.nowSeconds,
    body: { text: payload?.text ?? '' },
    ...(answer !== undefined && {
      response: {
        status: Number(status ?? 200),
        headers: headerName === undefined ? [] : [[headerName, headerValue ?? '']],
        text: answer.text,
      },
    }),
  }
}

function compile(info: string, text: string) {
  const [place = '', ...contentType] = info.split(' ')
  if (place === 'url') {
    return compileUrl(text, {
      pathParameters: new Map(contentType[0] === 'unused' ? [['x', 'segment']] : []),
    })
  }
  return compileTemplate(text, { place: place as PlaceName, contentType: contentType.join(' ') })
}

test('there are examples, and each says what comes of it', () => {
  expect(examples.length).toBeGreaterThan(20)
  for (const { title, others } of examples) {
    expect(
      others.filter(({ info }) => / (?:gives|error|warning)$/.test(info)),
      title,
    ).toHaveLength(1)
  }
})

test.each(examples)('$title', (example) => {
  const { template: block, others } = example
  const outcome = others.at(-1) ?? { info: '', text: '' }
  const found = compile(block.info.replace('liquid ', ''), block.text)
  const told = (list: typeof found.errors) =>
    list.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`)
  if (outcome.info === 'text error') {
    expect(told(found.errors)).toEqual([outcome.text])
    return
  }
  expect(found.errors).toEqual([])
  if (outcome.info === 'text warning') {
    expect(found.warnings.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([
      outcome.text,
    ])
    return
  }
  if (!('template' in found) || found.template === undefined)
    throw new Error('examples that give text are no URLs')
  const given = found.template.render(valuesOf(example))
  if (outcome.info === 'json gives') expect(JSON.parse(given)).toEqual(JSON.parse(outcome.text))
  else expect(given).toBe(outcome.text)
})

describe('the tables', () => {
  test('name every filter, and no other', () => {
    const table = page.split('## Filters')[1]?.split('## Limits')[0] ?? ''
    const named = [...table.matchAll(/^\| [^|]+ \| (.*) \|$/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name),
    )
    const known = [...source('filters.ts').matchAll(/^ {2}(\w+): (?:\[\d|\{ ?arity|\{$)/gm)].map(
      ([, name]) => name,
    )
    const languages = ['soql', 'odata', 'jql', 'sysparm', 'graphql', 'raw']
    expect(named.toSorted()).toEqual([...new Set([...known, ...languages])].toSorted())
  })

  test('show an example of every code, which saving really tells', () => {
    const table = page.split('## What saving can say')[1]?.split('# Cookbook')[0] ?? ''
    const rows = [...table.matchAll(/^\| `(\w+)` \| ([^:]+): `(.*)` \| /gm)]
    const type = source('types.ts').split('export type DiagnosticCode =')[1]?.split('\n\n')[0] ?? ''
    expect(rows.map(([, code]) => code).toSorted()).toEqual(
      [...type.matchAll(/'(\w+)'/g)].map(([, code]) => code).toSorted(),
    )
    for (const [, code, info = '', cell = ''] of rows) {
      const nested = `${'{% if user.id %}'.repeat(101)}${'{% endif %}'.repeat(101)}`
      const text = cell.startsWith('(tags nested') ? nested : cell.replaceAll('\\|', '|')
      const { errors, warnings } = compile(info, text)
      expect(
        [...errors, ...warnings].map((found) => found.code),
        text,
      ).toContain(code)
    }
  })
})
