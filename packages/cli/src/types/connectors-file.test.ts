import { mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentedManifestOf, parseRegistry } from '@sluice/connector-schema'
import * as ts from 'typescript'
import { expect, test } from 'vitest'
import { connectorsFile } from './connectors-file.ts'

const sdk = createRequire(import.meta.url).resolve('@sluice/connector-sdk')
const item = {
  type: 'object',
  description: 'One item */ export const injected = 1 /*',
  properties: { id: { type: 'integer', description: 'Its number.' }, state: { enum: ['open', 'closed'] } },
  required: ['id', 'state'],
  additionalProperties: false,
}
const registry = {
  connectors: [
    {
      name: 'Items',
      permalink: 'items',
      description: 'All items.\nOf */ one board; `*/` ends nothing.',
      url: 'https://api.example.com/{{ path.board }}',
      path_parameters: [{ key: 'board', overridable: true }],
      query_parameters: [
        { key: 'state', value: '', overridable: true, constraints: { enum: ['open', 'closed'] } },
        { key: 'locked', value: 'x' },
      ],
      response_schema: { type: 'array', items: { $ref: '#/$defs/item' }, $defs: { item } },
    },
    { name: 'Add', permalink: 'items-add', url: 'https://api.example.com/', method: 'POST' },
    { name: 'Item 2', permalink: 'items-2', url: 'https://api.example.com/2', response_schema: item },
  ],
}

async function fileOf(value: unknown): Promise<string> {
  const { definitions, errors } = parseRegistry(value)
  expect(errors).toEqual([])
  return connectorsFile(documentedManifestOf(definitions))
}

/** What TypeScript says of a widget that uses the file, by line of the widget. */
function mistakes(generated: string, widget: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-types-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'connectors.gen.ts'), generated)
  const main = join(folder, 'widget.ts')
  const head = [
    "import { createConnectorClient } from '@sluice/connector-sdk'",
    "import { manifest } from './connectors.gen.ts'",
    "const { callConnector } = createConnectorClient({ baseUrl: 'https://x.example', manifest })",
  ]
  writeFileSync(main, [...head, ...widget].join('\n'))
  const program = ts.createProgram([main], {
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    customConditions: ['source'],
    paths: { '@sluice/connector-sdk': [sdk] },
  })
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) - head.length
    return file?.fileName === main
      ? (widget[line] ?? '')
      : `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

test('the same connectors give the same text, in whatever order they stand', async () => {
  const text = await fileOf(registry)
  expect(await fileOf({ connectors: registry.connectors.toReversed() })).toBe(text)
})

test('a call that a connector permits compiles, any other does not', { timeout: 60_000 }, async () => {
  const good = [
    "const items = await callConnector('items', { path: { board: 1 }, query: { state: 'open' } })",
    "export const state: 'open' | 'closed' | undefined = items[0]?.state",
    "export const id: number = (await callConnector('items-2')).id",
    "export const text: string = await callConnector('items-2', { as: 'text' })",
    "await callConnector('items-add', { payload: { a: 1 } })",
    "export const unknown: unknown = await callConnector('items-add')",
  ]
  const bad = [
    "await callConnector('item')",
    "await callConnector('items')",
    "await callConnector('items', { path: { bord: 1 } })",
    "await callConnector('items', { path: { board: 1 }, query: { locked: 'x' } })",
    "await callConnector('items', { path: { board: 1 }, query: { state: 'shut' } })",
    "await callConnector('items', { path: { board: 1 }, payload: {} })",
    "await callConnector('items-add', { body: {} })",
    'export const no: string = items[0].id',
    "export const none: string = (await callConnector('items-2')).missing",
    "export const untyped: string = await callConnector('items-add')",
  ]
  const told = mistakes(await fileOf(registry), [...good, ...bad])
  expect([...new Set(told)]).toEqual(bad)
})

test('descriptions are TSDoc, and no text of a registry leaves its comment or string', async () => {
  const text = await fileOf(registry)
  expect(text).toContain('All items.')
  expect(text).toContain('/** Add */')
  expect(text).toContain('Its number.')
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2024, true)
  const names = source.statements.flatMap((one) =>
    ts.isVariableStatement(one) ? one.declarationList.declarations.map(({ name }) => name.getText()) : [],
  )
  expect(names).toEqual(['connectors', 'manifest'])
})

test('code that a schema would write into types is left out', async () => {
  const response_schema = {
    type: 'object',
    title: 'X { } export const injected = 1; interface Y',
    properties: { a: { tsType: 'never; }; export const injected = 1; type Z = {' } },
  }
  const [first] = registry.connectors
  const text = await fileOf({ connectors: [{ ...first, response_schema }] })
  expect(text).not.toContain('injected')
})
