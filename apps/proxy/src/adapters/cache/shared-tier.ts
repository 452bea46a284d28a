import { randomBytes } from 'node:crypto'
import type { Clock, StoredAnswer } from '@sluice/pipeline'
import type { RedisClient, RedisConnection } from '../redis/connect-redis.ts'
import { createRedisValues } from '../redis/redis-values.ts'
import { associatedData, type Sealing } from '../sealing/sealing.ts'
import { readRecord, writeRecord } from './answer-record.ts'
import { type Generation, isMark, type Marks } from './marks.ts'
import { createUntold } from './untold.ts'

/** What Redis has: an answer, if there is one that holds, and what its marks say right now. */
export interface SharedFound {
  readonly marks: readonly string[]
  readonly answer?: StoredAnswer
  readonly keptForMs?: number
}

/**
 * Stored answers that all proxies share. Everything here may fail to reach Redis at any time, and then behaves as
 * if there were nothing.
 */
export interface SharedTier {
  /** `undefined` where Redis cannot be reached, or does not know yet of something invalidated here. */
  find(key: string, names: readonly string[]): Promise<SharedFound | undefined>
  keep(key: string, answer: StoredAnswer, kept: { marks: readonly string[]; forMs: number }): void
  forget(key: string): void
  /** Tells all proxies. Where Redis cannot be reached, it is told as soon as it can be. */
  invalidate(names: readonly string[]): Promise<void>
}

export interface SharedTierOptions {
  readonly redis: RedisConnection
  readonly sealing: Sealing
  readonly marks: Marks
  readonly generation: Generation
  readonly clock: Clock
}

const channel = 'sluice:invalidated'
const namespace = 'sluice:answer'
const retryMs = 100

/** Creates the tier and listens for what other proxies invalidate. */
export function createSharedTier({
  redis,
  sealing,
  marks,
  generation,
  clock,
}: SharedTierOptions): SharedTier {
  const values = createRedisValues(redis, namespace)
  const self = randomBytes(9).toString('base64url')
  /** Invalidated here, and Redis does not know it yet. */
  const untold = createUntold()

  redis.subscribe(channel, {
    onMessage: (message) => marks.invalidate(marksFrom(message, self)),
    // Whatever was said in between was not heard.
    onGap: () => marks.invalidateAll(),
  })

  const tell = async () => {
    const names = untold.names()
    const told = await redis.attempt((client) => raise(client, names, self))
    if (told.reached) untold.told(names)
    return told.reached
  }
  const tellLater = () => {
    setTimeout(async () => {
      if (untold.names().length > 0 && !(await tell())) tellLater()
    }, retryMs).unref()
  }

  return {
    async find(key, names) {
      if (names.some((name) => untold.has(name))) return undefined
      const [sealed, read] = await Promise.all([
        values.get(key),
        redis.attempt((client) => readMarks(client, names)),
      ])
      if (!read.reached) return undefined
      const current = [generation.current(), ...read.value]
      const text = sealed.reached ? sealed.value : undefined
      const opened = text === undefined ? undefined : sealing.open(Buffer.from(text, 'base64'), boundTo(key))
      const record = opened === undefined ? undefined : readRecord(opened)
      const keptForMs = record === undefined ? 0 : record.keptUntilMs - clock.now()
      if (record === undefined || keptForMs <= 0 || !isSame(record.marks, current)) return { marks: current }
      return { marks: current, answer: record.answer, keptForMs }
    },
    keep(key, answer, { marks: taken, forMs }) {
      const record = { answer, marks: taken, keptUntilMs: clock.now() + forMs }
      const sealed = Buffer.from(sealing.seal(writeRecord(record), boundTo(key))).toString('base64')
      void values.set(key, sealed, Math.ceil(forMs))
    },
    forget: (key) => void values.delete(key),
    async invalidate(names) {
      untold.add(names)
      if (await tell()) return
      generation.raise()
      tellLater()
    },
  }
}

/** A value that is moved to another key does not open there. */
function boundTo(key: string): Uint8Array {
  return associatedData(['stored answer', key])
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((mark, index) => mark === other[index])
}

function markKey(name: string): string {
  return `sluice:mark:${name}`
}

/** A mark that is gone makes answers invalid and never valid, so it need not stay for ever. */
const expiration = { type: 'EX', value: 7 * 24 * 60 * 60 } as const

function newMark(): string {
  return randomBytes(12).toString('base64url')
}

/**
 * What some marks say. One that is not there is made first: otherwise one that was invalidated, and then forgotten
 * by Redis, would look as if nothing had happened.
 */
async function readMarks(client: RedisClient, names: readonly string[]): Promise<readonly string[]> {
  const keys = names.map(markKey)
  const read = await client.mGet(keys)
  if (read.every((mark) => mark !== null)) return read
  const filling = keys.map((key) => client.set(key, newMark(), { condition: 'NX', expiration }))
  const [again] = await Promise.all([client.mGet(keys), ...filling])
  return again.map((mark) => mark ?? newMark())
}

async function raise(client: RedisClient, names: readonly string[], self: string): Promise<void> {
  const commands = names.map((name) => client.set(markKey(name), newMark(), { expiration }))
  await Promise.all([...commands, client.publish(channel, `${self} ${names.join(' ')}`)])
}

function marksFrom(message: string, self: string): readonly string[] {
  const [sender, ...names] = message.split(' ')
  return sender === self ? [] : names.filter(isMark)
}
