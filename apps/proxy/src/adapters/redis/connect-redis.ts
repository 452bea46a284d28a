import { createClient, type RedisClientType } from '@keyv/redis'
import type { Clock, Logger } from '@sluice/pipeline'
import { TooSlow, within } from './within.ts'

/** What became of a command: Redis may be away at any time, and nobody's call fails for it. */
export type Attempt<Value> = { readonly reached: true; readonly value: Value } | { readonly reached: false }

/** A connection to Redis that is never waited for. */
export interface RedisConnection {
  /**
   * Runs commands. Never rejects, and gives up after 50 ms; from then on every attempt gives up at once, until
   * Redis answers again.
   */
  attempt<Value>(work: (client: RedisClient) => Promise<Value>): Promise<Attempt<Value>>
  /** Whether commands have a chance right now. */
  isUp(): boolean
  /** Called each time the connection is there, the first time and after every break. */
  onReady(listener: () => void): void
  /** Messages of a channel, on a connection of their own; `onGap` each time some may have been missed. */
  subscribe(channel: string, listener: { onMessage(message: string): void; onGap(): void }): void
  close(): Promise<void>
}

export type RedisClient = RedisClientType

export interface RedisOptions {
  /** `redis://` or `rediss://`. */
  readonly url: string
  readonly logger: Logger
  readonly clock: Clock
}

/** What a call may wait for Redis (spec: "no wait beyond 50 ms"). */
const redisTimeoutMs = 50

const connectTimeoutMs = 500
/** Without a sign of life for so long, a connection is made anew: a host that vanished sends no reset. */
const silenceMs = 3000
const pingEveryMs = 1000
const warnEveryMs = 60_000
const longestPauseMs = 1000
/** What waits for a Redis that has stopped: more is refused at once instead of kept. */
const longestQueue = 10_000

/** Connects in the background: whoever asks before the connection is there gives up at once. */
export function connectRedis({ url, logger, clock }: RedisOptions): RedisConnection {
  const client = clientFor(url)
  const readyListeners = new Set<() => void>()
  const subscribers: RedisClient[] = []
  let stalled = false
  let lastWarningMs = Number.NEGATIVE_INFINITY

  const warn = () => {
    const now = clock.monotonic()
    if (now - lastWarningMs < warnEveryMs) return
    lastWarningMs = now
    logger.warn(
      { event: 'redis_unreachable' },
      'Redis does not answer: calls go on without what proxies share',
    )
  }
  /** The answer to this ping comes when Redis does anything again; it fails when the connection is lost. */
  const waitForAnswer = () => {
    if (stalled) return
    stalled = true
    const goOn = () => {
      stalled = false
    }
    client.ping().then(goOn, goOn)
  }
  const open = (opened: RedisClient) => {
    opened.on('error', warn)
    // Reconnecting never ends, so this fails only when the connection is closed for good.
    opened.connect().catch(warn)
  }

  client.on('ready', () => {
    for (const listener of readyListeners) listener()
  })
  open(client)

  return {
    async attempt(work) {
      if (stalled || !client.isReady) {
        warn()
        return { reached: false }
      }
      try {
        return { reached: true, value: await within(work(client), redisTimeoutMs) }
      } catch (error) {
        warn()
        if (error instanceof TooSlow) waitForAnswer()
        return { reached: false }
      }
    },
    isUp: () => client.isReady && !stalled,
    onReady: (listener) => void readyListeners.add(listener),
    subscribe(channel, { onMessage, onGap }) {
      const subscriber = clientFor(url)
      subscribers.push(subscriber)
      let listens = false
      subscriber.on('ready', () => {
        // After a break the client has subscribed again by itself.
        if (listens) return onGap()
        const first = subscriber.subscribe(channel, onMessage).then(() => {
          listens = true
          onGap()
        })
        first.catch(warn)
      })
      open(subscriber)
    },
    async close() {
      for (const one of [client, ...subscribers]) if (one.isOpen) one.destroy()
    },
  }
}

function clientFor(url: string): RedisClient {
  return createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: longestQueue,
    pingInterval: pingEveryMs,
    socket: {
      connectTimeout: connectTimeoutMs,
      socketTimeout: silenceMs,
      reconnectStrategy: (attempts) => Math.min(50 * 2 ** Math.min(attempts, 10), longestPauseMs),
    },
  }) as RedisClient
}
