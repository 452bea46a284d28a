import { expect, test } from 'vitest'
import { noteError } from './error-note.ts'

test('a note holds an error’s name, code and place, and none of its words', () => {
  const inner = Object.assign(new Error('connect to 10.0.0.7 with hunter2'), { code: 'ECONNREFUSED' })
  const note = noteError(new TypeError('token hunter2\n    at hunter2 (hunter2:1:1)', { cause: inner }))
  expect(note).toMatchObject({ name: 'TypeError', cause: { name: 'Error', code: 'ECONNREFUSED' } })
  expect(note.at?.[0]).toContain('error-note.test.ts')
  expect(JSON.stringify(note)).not.toMatch(/hunter2|10\.0\.0\.7/)
})

test('a code that is no plain code is not noted', () => {
  const note = noteError(Object.assign(new Error('x'), { code: 'the value hunter2' }))
  expect(JSON.stringify(note)).not.toContain('hunter2')
})

test('what is no error, and what causes itself, can be noted', () => {
  expect(noteError('hunter2')).toEqual({ name: 'string' })
  const circular = new Error('x')
  circular.cause = circular
  expect(noteError(circular).name).toBe('Error')
})
