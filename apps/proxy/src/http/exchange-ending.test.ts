import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { systemClock } from '../adapters/clock/system-clock.ts'
import { type Arrival, arrive } from './arrival.ts'
import { ExchangeEnding } from './exchange-ending.ts'

/** As much of a response as the signal looks at. */
function response(writableFinished: boolean): ServerResponse {
  return Object.assign(new EventEmitter(), { writableFinished }) as unknown as ServerResponse
}

/** A request that arrives now. */
function arrivalFor(outgoing: ServerResponse): Arrival {
  return arrive({ incoming: { headers: {} } as IncomingMessage, outgoing }, systemClock)
}

test('an exchange whose time is over is ended with UPSTREAM_TIMEOUT', async () => {
  const { signal } = new ExchangeEnding(arrivalFor(response(false)), 10)
  await expect.poll(() => signal.aborted).toBe(true)
  expect(signal.reason).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
})

test('a caller who goes away ends the exchange, one who has the whole answer does not', () => {
  const unfinished = response(false)
  const { signal: gone } = new ExchangeEnding(arrivalFor(unfinished), 60_000)
  unfinished.emit('close')
  expect(gone.aborted).toBe(true)

  const finished = response(true)
  const { signal: served } = new ExchangeEnding(arrivalFor(finished), 60_000)
  finished.emit('close')
  expect(served.aborted).toBe(false)
})

test('a caller who went away before anybody asked ends the exchange as well', () => {
  const ending = new ExchangeEnding(arrivalFor(Object.assign(response(false), { destroyed: true })), 60_000)
  expect(ending.signal.reason).toMatchObject({ code: 'INVALID_REQUEST' })
})

test('time runs from the arrival, whenever somebody asks', async () => {
  const ending = new ExchangeEnding(arrivalFor(response(false)), 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  const { signal } = ending
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(signal.aborted).toBe(true)
})

test('it is one signal, however often somebody asks', () => {
  const ending = new ExchangeEnding(arrivalFor(response(false)), 60_000)
  expect(ending.signal).toBe(ending.signal)
})
