import { setTimeout as sleep } from 'node:timers/promises'
import { createFlights, type StoredAnswer } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { createCache } from './create-cache.ts'
import { createMarks } from './marks.ts'
import { createMemoryTier } from './memory-tier.ts'

const maxBytes = 64 * 1024 * 1024

/** Bytes that this process holds on to. Buffers are given back beside the collection, a moment later. */
async function heldBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc')
  for (let round = 0; round < 2; round++) {
    globalThis.gc()
    await sleep(50)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function answerOf(index: number, bytes: number): StoredAnswer {
  return {
    status: 200,
    headers: [
      ['content-type', 'application/json'],
      ['etag', `"${index}"`],
    ],
    body: Buffer.alloc(bytes, index % 256),
    transformed: false,
    said: [['cache-control', 'max-age=3600']],
    freshness: {
      receivedAtMs: Date.now(),
      initialAgeSeconds: 0,
      lifetimeSeconds: 3600,
      browserLifetimeSeconds: 3600,
      staleWhileRevalidateSeconds: 0,
      staleIfErrorSeconds: 0,
    },
  }
}

test.each([
  ['small answers', 200],
  ['answers of all sizes up to 64 KiB', 65_536],
])('memory stays within its bound under a stream of a million distinct keys: %s', async (_, largest) => {
  const marks = createMarks()
  const cache = createCache({ memory: createMemoryTier(marks, { maxBytes }), marks, clock: systemClock })
  const flights = createFlights(systemClock)
  const before = await heldBytes()
  let most = 0
  for (let index = 0; index < 1_000_000; index++) {
    const key = `key of some forty-three characters ${index}`
    const entry = {
      tenantId: `tenant ${index % 7}`,
      key,
      family: `connector ${index}`,
      tags: () => [`u${'T'.repeat(22)}.${index.toString(36).padStart(22, 'A')}`],
    }
    const found = await cache.find(entry)
    if (found.ticket === undefined) throw new Error('nothing was stored under this key')
    const flight = flights.begin(entry, found.ticket)
    const answer = answerOf(index, (index * 7919) % largest)
    cache.keep(entry, answer, { ticket: found.ticket, forMs: 3_600_000 })
    // Every other key is one that cannot be shared: what is remembered of those is bounded too.
    flight.settle(index % 2 === 0 ? { kind: 'stored', answer } : { kind: 'alone' })
    if (index % 100_000 === 99_999) {
      most = Math.max(most, (await heldBytes()) - before)
    }
  }
  // Beside the entries: 10,000 remembered keys, the marks, and what the engine needs for itself.
  expect(most).toBeLessThan(maxBytes + 24 * 1024 * 1024)
})
