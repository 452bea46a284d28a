import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { terminalOutput } from './output.ts'

test('what comes from files is shown, never obeyed by the terminal', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream
  const output = terminalOutput(stream, stream)
  const hostile = '\u001b]0;owned\u0007\u009b31m\r\n\u202e'
  output.note(hostile)
  output.issues([{ file: hostile, path: hostile, message: hostile, code: 'X', line: 1, column: 1 }], 'error')
  const printed = String(stream.read())
  expect(printed).toContain('owned')
  expect(printed).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
})
