import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig, loadRegistry } from '../dev/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-issues-'))

function issuesOf(text: string) {
  const file = join(folder, 'connectors_registry.json')
  writeFileSync(file, text)
  const { errors, warnings } = loadRegistry(file, { tenantId: 'demo' })
  return { errors, warnings }
}

/** The text of the file from the place on that an issue names. */
function textAt(text: string, { line, column }: { readonly line: number; readonly column: number }): string {
  return text.split('\n')[line - 1]?.slice(column - 1) ?? ''
}

const registry = (value: string) => `{
  "connectors": [
    { "name": "One", "url": "https://api.example.com/",
      "query_parameters": [{ "key": "a", "value": ${value} }] }
  ]
}`

test.each([
  ['plain', '"{{ user.emial }}"'],
  ['after escaped quotes', String.raw`"\"\"{{ user.emial }}"`],
  ['after an escaped letter', String.raw`"\u00e9\u00e9{{ user.emial }}"`],
  ['after a pair of escaped surrogates', String.raw`"\ud83d\ude42{{ user.emial }}"`],
  ['after wide characters', '"日本🙂{{ user.emial }}"'],
])('a mistake in a template is found at its very character of the file: %s', (_, value) => {
  const text = registry(value)
  const { errors } = issuesOf(text)
  expect(errors[0]).toMatchObject({ code: 'UNKNOWN_NAME', path: 'connectors[0].query_parameters[0].value' })
  expect(textAt(text, errors[0] ?? { line: 0, column: 0 })).toMatch(/^(?:user\.)?emial }}/)
})

test('the frame shows the template as its author wrote it, by its own lines', () => {
  const template = '{\n  "to": {{ body.to }},\n  "from": {{ user.emial }}\n}'
  const text = `{"connectors": [{"name": "Mail", "url": "https://api.example.com/", "method": "POST", "request_body": ${JSON.stringify(template)}}]}`
  const [error] = issuesOf(text).errors
  expect(error?.template?.line).toBe(3)
  expect(error?.line).toBe(1)
  expect(textAt(text, error ?? { line: 0, column: 0 })).toMatch(/^(?:user\.)?emial }}/)
  expect(error?.frame?.slice(0, 2)).toEqual(['2 |   "to": {{ body.to }},', '3 |   "from": {{ user.emial }}'])
  expect(error?.frame?.[2]?.length).toBe('3 | '.length + (error?.template?.column ?? 0))
})

test('a mistake elsewhere is framed in the file: a wrong value at the value, an unknown key at the key', () => {
  const text =
    '{ "connectors": [\n  { "name": "One", "url": "https://a.example.com/", "method": "FETCH", "metod.x": 1 }\n] }'
  const { errors, warnings } = issuesOf(text)
  expect(textAt(text, errors[0] ?? { line: 0, column: 0 })).toMatch(/^"FETCH"/)
  expect(textAt(text, warnings[0] ?? { line: 0, column: 0 })).toMatch(/^"metod\.x"/)
  expect(errors[0]?.frame?.at(-2)).toMatch(/\^$/)
})

test('errors of all connectors are told at once, templates of broken ones included', () => {
  const text = JSON.stringify({
    connectors: [
      { name: '', url: 'https://a.example.com/{{ x }}' },
      { name: 'Two', url: 'https://a.example.com/', method: 'FETCH', headers: [{ key: 'A', value: '{{' }] },
    ],
  })
  const paths = issuesOf(text).errors.map(({ path }) => path)
  expect(new Set(paths)).toEqual(
    new Set([
      'connectors[0].name',
      'connectors[0].url',
      'connectors[1].method',
      'connectors[1].headers[0].value',
    ]),
  )
})

test('what is no JSON is framed too', () => {
  expect(issuesOf('{\n  "connectors": [,]\n}').errors).toMatchObject([
    {
      code: 'INVALID_JSON',
      line: 2,
      column: 18,
      frame: ['1 | {', '2 |   "connectors": [,]', `  | ${' '.repeat(17)}^`, '3 | }'],
    },
  ])
})

test('nothing of a configuration is framed, for it holds secrets', () => {
  const file = join(folder, 'sluice.dev.json')
  for (const text of [
    '{"session_secret": "hunter2", "secrets": {"k": "sk-live"}}',
    '{"session_secret": "hunter2" "x"}',
  ]) {
    writeFileSync(file, text)
    const { errors } = loadConfig(file)
    expect(errors.length).toBeGreaterThan(0)
    expect(JSON.stringify(errors)).not.toMatch(/hunter2|sk-live|frame/)
  }
})
