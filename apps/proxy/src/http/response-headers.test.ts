import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { systemClock } from '../adapters/clock/system-clock.ts'
import { arrive } from './arrival.ts'
import type { HeaderRecord } from './header-record.ts'
import { answerHeaders } from './response-headers.ts'
import { noTimings } from './timing-headers.ts'

const incoming = { headers: { 'x-request-id': 'r-1' } } as unknown as IncomingMessage
const arrival = arrive({ incoming, outgoing: {} as ServerResponse }, systemClock)

function headersOf(headers: Answer['headers'], more: { status?: number; rateLimit?: HeaderRecord } = {}) {
  const { status = 200, rateLimit } = more
  const answer = { status, headers, body: null, cacheStatus: 'sluice; fwd=miss', headWaitMs: 0 }
  return answerHeaders({ arrival, answer, timings: noTimings, totalMs: 1, grant: undefined, rateLimit })
}

test('a field that the API repeats arrives with all its values', () => {
  const headers = headersOf([
    ['link', '</a>; rel=next'],
    ['link', '</b>; rel=prev'],
  ])
  expect(headers.link).toBe('</a>; rel=next, </b>; rel=prev')
})

test('what the proxy says itself nobody else says', () => {
  const headers = headersOf([
    ['x-request-id', 'theirs'],
    ['vary', '*'],
    ['x-content-type-options', 'sniff'],
  ])
  expect(headers).toMatchObject({ 'x-request-id': 'r-1', 'x-content-type-options': 'nosniff' })
  expect(headers.vary).not.toContain('*')
})

test('names of the prototype change nothing', () => {
  const headers = headersOf([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  expect(Object.getPrototypeOf(headers)).toBe(Object.prototype)
  expect(headers['x-request-id']).toBe('r-1')
})

test('the API’s own rate-limit fields pass, unless the proxy has a limit of its own', () => {
  const theirs: Answer['headers'] = [
    ['ratelimit', 'theirs'],
    ['x-ratelimit-remaining', '7'],
    ['retry-after', '9'],
  ]
  expect(headersOf(theirs)).toMatchObject({
    ratelimit: 'theirs',
    'x-ratelimit-remaining': '7',
    'retry-after': '9',
  })
  const limited = headersOf(theirs, { rateLimit: { ratelimit: 'ours', 'ratelimit-policy': 'ours' } })
  expect(limited).toMatchObject({ ratelimit: 'ours', 'ratelimit-policy': 'ours', 'retry-after': '9' })
  expect(limited).not.toHaveProperty('x-ratelimit-remaining')
})

test.each([204, 205])('an answer of status %i announces no length', (status) => {
  expect(headersOf([['content-length', '5']], { status })).not.toHaveProperty('content-length')
})
