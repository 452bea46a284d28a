import { expect, test } from 'vitest'
import { createDevLogger, exchangeLine } from './dev-logger.ts'

const fields = { method: 'GET', connector: 'ideas', status: 200, total_ms: 12.34, request_id: 'r-1' }

test.each([
  ['sluice; hit; ttl=42', 'hit'],
  ['sluice; fwd=uri-miss; stored', 'miss, stored'],
  ['sluice; fwd=uri-miss; stored; collapsed', 'miss, stored, collapsed'],
  ['sluice; fwd=stale; fwd-status=304', 'stale'],
  ['sluice; fwd=bypass', 'bypass'],
  ['sluice; fwd=method', 'method'],
])('the cache is told in a word: %s', (cache, word) => {
  expect(exchangeLine({ ...fields, cache })).toBe(`GET   ideas  200  ${word}  12.3 ms`)
})

test('a refusal tells its code, its stage and the id that the widget sees', () => {
  const refused = { ...fields, status: 400, code: 'OVERRIDE_NOT_PERMITTED', stage: 'merge' }
  expect(exchangeLine(refused)).toBe(
    'GET   ideas  400  12.3 ms  OVERRIDE_NOT_PERMITTED in merge  request r-1',
  )
})

test('a call that found no connector has a line too', () => {
  expect(exchangeLine({ ...fields, connector: undefined, status: 404 })).toContain('(no connector)  404')
})

test('what is no exchange is a sentence', async () => {
  const lines: string[] = []
  const output = { note: (line: string) => lines.push(line), result: () => {}, issues: () => {} }
  const logger = createDevLogger(output)
  logger.warn({ secret_looking: 'value' }, 'Redis is away')
  logger.error({ cause: { name: 'Error' } }, 'exchange')
  await new Promise((resolve) => setImmediate(resolve))
  expect(lines[0]).toBe('warning: Redis is away')
  expect(lines[1]).toContain('{"name":"Error"}')
  expect(lines.join()).not.toContain('value')
})

test('exchanges of one turn are printed together, each on its line', async () => {
  const notes: string[] = []
  const output = { note: (line: string) => notes.push(line), result: () => {}, issues: () => {} }
  const logger = createDevLogger(output)
  logger.info(fields, 'exchange')
  logger.info({ ...fields, connector: 'votes' }, 'exchange')
  await new Promise((resolve) => setImmediate(resolve))
  expect(notes).toEqual(['GET   ideas  200  12.3 ms\nGET   votes  200  12.3 ms'])
})
