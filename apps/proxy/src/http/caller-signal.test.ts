import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { callerSignal } from './caller-signal.ts'

/** As much of a response as the signal looks at. */
function response(writableFinished: boolean): ServerResponse {
  return Object.assign(new EventEmitter(), { writableFinished }) as unknown as ServerResponse
}

test('an exchange whose time is over is ended with UPSTREAM_TIMEOUT', async () => {
  const signal = callerSignal(response(false), 10)
  await expect.poll(() => signal.aborted).toBe(true)
  expect(signal.reason).toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
})

test('a caller who goes away ends the exchange, one who has the whole answer does not', () => {
  const unfinished = response(false)
  const gone = callerSignal(unfinished, 60_000)
  unfinished.emit('close')
  expect(gone.aborted).toBe(true)

  const finished = response(true)
  const served = callerSignal(finished, 60_000)
  finished.emit('close')
  expect(served.aborted).toBe(false)
})
