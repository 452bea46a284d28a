import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duplicateKeys } from './json-keys.ts'

test.each([
  ['{"a":1,"a":2}', ['/a']],
  ['{"a":{"b":1,"c":[{"d":1},{"d":1,"d":2}],"b":3}}', ['/a/c/1/d', '/a/b']],
  ['{"a":1,"\\u0061":2}', ['/a']],
  ['{"\\/":1,"/":2}', ['/~1']],
  ['{"~":1,"\\u007e":2}', ['/~0']],
  ['{"__proto__":1,"__proto__":2}', ['/__proto__']],
  ['{"constructor":1,"toString":2,"constructor":3}', ['/constructor']],
  ['{"":1,"":2}', ['/']],
  ['{"a":1,"a":2,"a":3}', ['/a']],
  ['[[{"a":1},{"a":1}],[{"a":1,"a":1}]]', ['/1/0/a']],
  [' { "a" : "a\\":1,\\"a" , "b" : ["a", "a"] } ', []],
  ['{"a":{"a":{"a":1}},"A":1,"\\u00e4":1,"a\\u0308":1}', []],
  ['{"a":"{\\"a\\":1,\\"a\\":2}"}', []],
  ['"a"', []],
  ['{}', []],
])('%s', (text, pointers) => {
  JSON.parse(text)
  expect(duplicateKeys(text)).toEqual(pointers)
})

test('few are told, and none is long', () => {
  const many = `{${Array.from({ length: 50 }, (_, index) => `"k${index}":1,"k${index}":2`).join(',')}}`
  expect(duplicateKeys(many)).toHaveLength(20)
  const long = JSON.stringify('x'.repeat(100_000))
  expect(duplicateKeys(`{"a":{${long}:1,${long}:2}}`)).toEqual(['/a'])
})

test('a long text of escapes is no burden', () => {
  expect(duplicateKeys(`{"a":"${'\\n'.repeat(2_000_000)}","a":1}`)).toEqual(['/a'])
})

test('no JSON that is written by JSON.stringify has a key twice; with one more it has', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, key) => {
      expect(duplicateKeys(JSON.stringify(value, null, 1))).toEqual([])
      const name = JSON.stringify(key)
      expect(
        duplicateKeys(
          `[${JSON.stringify(value)},{${name}:1,"other ${'x'.repeat(9)}":${JSON.stringify(value)},${name}:2}]`,
        ),
      ).toHaveLength(1)
    }),
  )
})
