import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readJsonFile, readJsonFileInSlices } from './json-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-json-'))

function read(text: string) {
  const file = join(folder, 'file.json')
  writeFileSync(file, text)
  return readJsonFile(file)
}

test('a value is found where it stands; what is not there, at its nearest holder', () => {
  const { locate, errors } = read('{\n  "connectors": [\n    { "headers": [{ "key": "A" }] }\n  ]\n}')
  expect(errors).toEqual([])
  expect(locate('connectors[0].headers[0].key')).toEqual({ line: 3, column: 28 })
  expect(locate('connectors[0].headers[0].value')).toEqual({ line: 3, column: 19 })
  expect(locate('connectors[0].url')).toEqual({ line: 3, column: 5 })
  expect(locate('')).toEqual({ line: 1, column: 1 })
})

test.each([
  ['{"a": }', 1, 7],
  ['{\n"a": 1,\n}', 3, 1],
  ['// no comments\n{}', 1, 1],
  ['', 1, 1],
  ['{} x', 1, 4],
])('%j is not JSON, and the place is told', (text, line, column) => {
  const { value, errors } = read(text)
  expect(value).toBeUndefined()
  expect(errors).toMatchObject([{ code: 'INVALID_JSON', line, column }])
})

test('a key that stands twice is an error, for one of the two would silently win', () => {
  const { value, errors } = read('{\n  "a": 1,\n  "b": { "c": 1, "c": 2 },\n  "a": 2\n}')
  expect(value).toBeUndefined()
  expect(errors.map(({ code, line, column }) => [code, line, column])).toEqual([
    ['DUPLICATE_KEY', 3, 18],
    ['DUPLICATE_KEY', 4, 3],
  ])
})

test('the message of a syntax error never quotes the file, which may hold secrets', () => {
  const { errors } = read('{"secrets": {"k": "sk-live-1" "x"}}')
  expect(JSON.stringify(errors.map((error) => error.message))).not.toContain('sk-live')
})

test('a file that cannot be read is an error like any other', () => {
  expect(readJsonFile(join(folder, 'absent.json')).errors).toMatchObject([{ code: 'UNREADABLE_FILE' }])
  expect(readJsonFile(folder).errors).toMatchObject([{ code: 'UNREADABLE_FILE' }])
})

test('a byte order mark is no mistake', () => {
  expect(read('\uFEFF{"a":1}').value).toEqual({ a: 1 })
})

test('keys that hold dots and brackets are found as they are', () => {
  const { locate, locateKey } = read('{"a.b": {"c[0]": 1}, "a": {"b": 2}}')
  expect(locate('a.b.c[0]')).toEqual({ line: 1, column: 18 })
  expect(locateKey('a.b.c[0]')).toEqual({ line: 1, column: 10 })
})

test.each(['[', '{"a":'])('a million times %s is a mistake like any other', (open) => {
  const { value, errors } = read(open.repeat(1_000_000))
  expect(value).toBeUndefined()
  expect(errors).toMatchObject([{ code: 'INVALID_JSON', line: 1, column: 1 }])
})

describe('a file that is read in slices', () => {
  const slices = { pause: async () => undefined, monotonic: () => 0 }
  const paths = [
    'connectors[1].url',
    'connectors[1].headers[0].key',
    'connectors[0]',
    'connectors[9].x',
    'other',
    '',
  ]
  const place = { line: 1, column: 3 }

  test.each([
    '{ "other": [[1], {"connectors": [1]}],\n "connectors": [ {"url": "a"},\n  {"url": "x\\ny{{", "headers": [{"key": "K"}]}, 7, "s", [] ] }',
    '{ "connectors": [] }',
    '{ "connectors": { "url": "a" } }',
    '7',
    '{ "connectors": [ { "a": 1, "a": 2 } ] }',
    '{ "connectors": [ ',
    `{ "connectors": ${'['.repeat(300)}${']'.repeat(300)} }`,
  ])('gives what the same file gives in one go: %j', async (text) => {
    const file = join(folder, 'sliced.json')
    writeFileSync(file, text)
    const [whole, sliced] = [readJsonFile(file), await readJsonFileInSlices(file, slices)]
    expect(sliced.value).toEqual(whole.value)
    expect(sliced.errors).toEqual(whole.errors)
    for (const path of paths) {
      expect(sliced.locate(path)).toEqual(whole.locate(path))
      expect(sliced.locateKey(path)).toEqual(whole.locateKey(path))
      expect(sliced.locateInString(path, place)).toEqual(whole.locateInString(path, place))
    }
  })
})
