/** What `docs/templates*.md` show is true: each example is rendered, each table compared with the code. */
import { readdirSync, readFileSync } from 'node:fs'
import {
  compileTemplate,
  compileUrl,
  filterTable,
  type PlaceName,
  type TemplateValues,
  templateLimits,
} from '@sluice/templates'
import { nodeRuntime } from '@sluice/templates/runtime'
import { describe, expect, test } from 'vitest'

const docs = new URL('../docs/', import.meta.url)
const page = readFileSync(new URL('templates.md', docs), 'utf8')
const pages = readdirSync(docs)
  .filter((name) => /^templates.*\.md$/.test(name))
  .map((name) => ({ name, text: readFileSync(new URL(name, docs), 'utf8') }))
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

/** Every fenced block; a fence that is indented, or never closed, is none that could be run. */
function blocksOf({ name, text }: (typeof pages)[number]): Block[] {
  const found: Block[] = []
  let open: { info: string; lines: string[] } | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^(\s*)(?:`{3,}|~{3,})(.*)$/.exec(line)
    if (fence === null) open?.lines.push(line)
    else if (fence[1] !== '' || line.startsWith('~') || line.startsWith('````'))
      throw new Error(`${name}:${index + 1}: a fence is three backticks at the beginning of a line`)
    else if (open === undefined) open = { info: fence[2] ?? '', lines: [] }
    else {
      found.push({ info: open.info, text: open.lines.join('\n') })
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`${name}: a fence is not closed`)
  return found
}

const blocks = pages.flatMap(blocksOf)
const ofThePage = ['json values', 'json payload of the filters']

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
    if (ofThePage.includes(block.info)) continue
    if (block.info.startsWith('liquid ')) {
      found.push({ title: block.text.slice(0, 60), template: block, others: [] })
      continue
    }
    const example = found.at(-1)
    const isKnown = /^(?:json payload|(?:json|text) (?:answer\b.*|gives)|text (?:error|warning))$/.test(
      block.info,
    )
    const isTwice = example?.others.some(({ info }) => info === block.info) === true
    if (!isKnown || isTwice || example === undefined)
      throw new Error(`nothing runs the block \`${block.info}\`: ${block.text.slice(0, 60)}`)
    example.others.push(block)
  }
  return found
})()

function valuesOf({ others }: Pick<Example, 'others'>): TemplateValues {
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
    runtime: nodeRuntime,
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
  if (place === 'url') return compileUrl(text, { pathParameters: new Map() })
  return compileTemplate(text, { place: place as PlaceName, contentType: contentType.join(' ') })
}

test('there are examples, and each says what comes of it', () => {
  expect(examples.length).toBeGreaterThan(20)
  for (const { title, others } of examples) {
    const outcomes = others.map(({ info }) => info.split(' ')[1] ?? '').filter((kind) => kind !== 'payload')
    expect(['error', 'warning', 'gives', 'warning gives'], title).toContain(
      outcomes.filter((kind) => kind !== 'answer').join(' '),
    )
  }
})

test.each(examples)('$title', (example) => {
  const { template: block, others } = example
  const found = compile(block.info.replace('liquid ', ''), block.text)
  const expected = (info: string) => others.find((other) => other.info === info)?.text.split('\n') ?? []
  expect(
    found.errors.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`),
  ).toEqual(expected('text error'))
  expect(found.warnings.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(
    expected('text warning'),
  )
  const outcome = others.find(({ info }) => info.endsWith(' gives'))
  if (outcome === undefined) return
  if (!('template' in found) || found.template === undefined)
    throw new Error('examples that give text are no URLs')
  const given = found.template.render(valuesOf(example))
  if (outcome.info === 'json gives') expect(JSON.parse(given)).toEqual(JSON.parse(outcome.text))
  else expect(given).toBe(outcome.text)
})

describe('the tables', () => {
  const sectionOf = (title: string) => page.split(`## ${title}\n`)[1]?.split(/^##? /m)[0] ?? ''
  const cellsOf = (table: string) =>
    [...table.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(/(?<!\\) \| /))
  const filterRows = cellsOf(sectionOf('Filters')).filter(([cell]) => cell?.startsWith('`'))
  const codeOf = (cell = '') => cell.replace(/^`|`$/g, '').replaceAll('\\|', '|')

  test('name every filter, and no other', () => {
    const named = filterRows.map(([cell]) => codeOf(cell).split(':')[0])
    expect(named.toSorted()).toEqual([...filterTable.keys()].toSorted())
  })

  test.each(filterRows.map((row) => [row] as const))('%s', ([signature, what, example, gives]) => {
    const [name = '', parameters = ''] = codeOf(signature).split(': ')
    const count = parameters === '' ? 0 : parameters.split(', ').length
    const tooMany = Array.from({ length: count + 1 }, (_, index) => (index === 0 ? "'a'" : "'HS256'"))
    const told = (given: readonly string[]) =>
      compileTemplate(`{{ 'a' | ${name}${given.length > 0 ? `: ${given.join(', ')}` : ''} }}`, {
        place: 'header',
      }).errors.map(({ message }) => message)
    // Saving does not count the arguments of raw.
    if (name !== 'raw') {
      expect(told(tooMany).join()).toMatch(
        new RegExp(`takes (?:no|\\d to ${count}|${count}) arguments?, not ${count + 1}`),
      )
    }
    expect(told(tooMany.slice(1)).join()).not.toMatch(/takes .* arguments?, not/)
    expect(what).not.toBe('')
    const [, place = name === 'jwt_encode' ? 'header' : 'request_body', text = ''] =
      /^(?:(query): )?(.*)$/.exec(codeOf(example)) ?? []
    const { errors, template } = compileTemplate(text.includes('{{') ? text : `{{ ${text} }}`, {
      place: place as PlaceName,
    })
    expect(errors).toEqual([])
    expect(text).toMatch(new RegExp(`\\| ${name}\\b`))
    const payload = blocks.find(({ info }) => info === 'json payload of the filters')?.text ?? ''
    expect(template?.render({ ...valuesOf({ others: [] }), body: { text: payload } })).toBe(codeOf(gives))
  })

  test('say of each name where it may stand', () => {
    // By the type, no place can be left out.
    const columnOf: Readonly<Record<PlaceName, number>> = {
      url: 2,
      header: 3,
      cookie: 3,
      query: 4,
      auth_header: 5,
      auth_query: 5,
      auth_text: 5,
      basic_username: 5,
      basic_password: 5,
      request_body: 6,
      response_body: 7,
    }
    const outputs: Readonly<Record<string, string>> = {
      'user.*': 'user.id',
      jwt_encode: "'{}' | from_json | jwt_encode: 'key', 'HS256'",
      'response.*': 'response.status_code',
    }
    const rows = cellsOf(sectionOf('Names, and where each may stand')).filter((cells) => cells.length === 8)
    expect(rows).toHaveLength(6)
    const pathParameters = new Map([['x', 'segment'] as const])
    for (const [names = '', ...marks] of rows.filter(([cell]) => cell?.startsWith('`'))) {
      for (const [, name = ''] of names.matchAll(/`([^`]+)`/g)) {
        const output = `{{ ${outputs[name] ?? name} }}`
        const refused = (place: string) =>
          place === 'host'
            ? compileUrl(`https://${output}/{{ pathParams.x }}`, { pathParameters }).errors
            : place === 'url'
              ? compileUrl(`https://api.example.com/{{ pathParams.x }}/${output}`, { pathParameters }).errors
              : compileTemplate(output, { place: place as PlaceName }).errors
        for (const [place, column] of [['host', 1] as const, ...Object.entries(columnOf)]) {
          expect(refused(place).length === 0 ? '✓' : '–', `${name} in ${place}`).toBe(marks[column - 1])
        }
      }
    }
  })

  test('give the limits that hold', () => {
    const kibibytes = (bytes: number) =>
      bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`
    const { inProcess, isolated } = templateLimits
    expect(
      cellsOf(sectionOf('Limits'))
        .slice(1)
        .map(([, limit]) => limit),
    ).toEqual([
      kibibytes(templateLimits.sourceBytes),
      templateLimits.markers.toLocaleString('en-US'),
      `${templateLimits.nesting} deep`,
      String(templateLimits.jsonNesting),
      String(templateLimits.failures),
      `${inProcess.renderMs} ms of work`,
      `${kibibytes(inProcess.outputBytes)}; in a worker ${kibibytes(isolated.outputBytes)}`,
      kibibytes(templateLimits.inProcessInputBytes),
      `${templateLimits.isolatedDeadlineMs / 1000} s, then its process is killed`,
    ])
  })

  test('show an example of every code, which saving really tells', () => {
    const table = page.split('## What saving can say')[1]?.split('# Cookbook')[0] ?? ''
    const rows = [...table.matchAll(/^\| `(\w+)` \| ([^:]+): `([^`]*)` \| [^|]+ \| [^|]+ \|$/gm)]
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
