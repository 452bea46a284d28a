import { expect, test } from 'vitest'
import { compileConstraints } from './constraints.ts'

const rule = (constraints: Parameters<typeof compileConstraints>[0], value: string) =>
  compileConstraints(constraints).brokenRule(value)

test.each([
  ['integer', ['0', '-5', '42'], ['', '1.5', '01', '+1', '1e3', ' 1', '0x10', '99999999999999999', 'NaN']],
  ['number', ['0', '-1.5', '1e3'], ['', '.5', '1.', 'Infinity', '1e9999', '0x1', '1,5']],
  ['boolean', ['true', 'false'], ['', 'True', '1', 'yes']],
] as const)('type %s', (type, good, bad) => {
  for (const value of good) expect(rule({ type }, value), value).toBeUndefined()
  for (const value of bad) expect(rule({ type }, value), value).toBe('type')
})

test('enum compares the text that was sent', () => {
  expect(rule({ enum: ['a', 2, true] }, '2')).toBeUndefined()
  expect(rule({ enum: ['a', 2, true] }, 'A')).toBe('enum')
})

test('lengths are counted in characters', () => {
  expect(rule({ max_length: 2 }, '😀😀')).toBeUndefined()
  expect(rule({ max_length: 2 }, 'abc')).toBe('max_length')
  expect(rule({ min_length: 1 }, '')).toBe('min_length')
})

test('bounds', () => {
  expect(rule({ type: 'integer', minimum: 1, maximum: 3 }, '0')).toBe('minimum')
  expect(rule({ type: 'integer', minimum: 1, maximum: 3 }, '4')).toBe('maximum')
  expect(rule({ type: 'integer', minimum: 1, maximum: 3 }, '3')).toBeUndefined()
})

test('a pattern must match the whole value', () => {
  expect(rule({ pattern: '[a-z]+' }, 'abc')).toBeUndefined()
  expect(rule({ pattern: '[a-z]+' }, 'abc1')).toBe('pattern')
  expect(rule({ pattern: '[a-z]+' }, 'abc\n')).toBe('pattern')
})

test('a pattern that would blow up elsewhere runs in linear time', () => {
  const started = performance.now()
  expect(rule({ pattern: '(a+)+b' }, `${'a'.repeat(4000)}!`)).toBe('pattern')
  expect(performance.now() - started).toBeLessThan(2000)
})
