import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Answer } from '../steps/exchange.ts'
import { callOf, connector } from '../testing/plain-ports.ts'
import { withCondition } from './conditional.ts'

const answer: Answer = {
  status: 200,
  headers: [
    ['etag', '"v1"'],
    ['cache-control', 'private, max-age=5'],
    ['content-type', 'text/plain'],
  ],
  body: Buffer.from('x'),
  cacheStatus: 'sluice; fwd=uri-miss',
  headWaitMs: 0,
}

test.each([['"v1"'], ['W/"v1"'], ['"v0", "v1"'], ['*'], ['"a,b", W/"v1"']])(
  'If-None-Match: %s is answered 304',
  (ifNoneMatch) => {
    const conditional = withCondition(answer, callOf(connector(), { ifNoneMatch }))
    expect(conditional).toMatchObject({ status: 304, body: null })
    expect(conditional.headers.map(([name]) => name)).toEqual(['etag', 'cache-control'])
  },
)

test.each([['"v2"'], ['v1'], ['"v1'], [undefined]])('If-None-Match: %s is not', (ifNoneMatch) => {
  expect(withCondition(answer, callOf(connector(), { ifNoneMatch })).status).toBe(200)
})

test('only a 200 to GET is conditional', () => {
  const post = callOf(connector({ method: 'POST' }), { ifNoneMatch: '"v1"' })
  expect(withCondition(answer, post).status).toBe(200)
  const get = callOf(connector(), { ifNoneMatch: '"v1"' })
  expect(withCondition({ ...answer, status: 404 }, get).status).toBe(404)
})

test('the body that is not sent is not left open', () => {
  const body = Readable.from([Buffer.from('x')])
  withCondition({ ...answer, body }, callOf(connector(), { ifNoneMatch: '"v1"' }))
  expect(body.destroyed).toBe(true)
})
