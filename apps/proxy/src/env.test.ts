import { expect, test } from 'vitest'
import { readSettings, SettingsError } from './env.ts'

const session = {
  SLUICE_SESSION_SECRET: 'a secret of at least thirty-two bytes',
  SLUICE_SESSION_ISSUER: 'https://id.test',
  SLUICE_SESSION_AUDIENCE: 'sluice',
  SLUICE_SESSION_TYP: 'JWT',
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment)
    return []
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return error.problems
  }
}

test('an empty environment is valid and opens nothing', () => {
  expect(readSettings({})).toEqual({
    sessionIssuer: undefined,
    egressExceptions: { allowPrivate: [], allowPorts: [], allowHttp: [] },
    outboundProxy: undefined,
    extraCaPath: undefined,
    cache: { maxBytes: undefined, maxEntries: undefined, maxAnswerBytes: undefined },
    redisUrl: undefined,
    encryptionKeys: undefined,
    egressLimits: {
      idleTimeoutMs: 15_000,
      eventStreamIdleTimeoutMs: 120_000,
      maxBodyBytes: 100 * 1024 * 1024,
    },
    delivery: {
      streamMs: 30 * 60_000,
      stalledCallerMs: 30_000,
      slowCallerMs: 60_000,
      slowCallerBytesPerSecond: 1024,
    },
  })
})

test('limits of streams are read, and what a timer cannot hold is refused by name', () => {
  const { egressLimits, delivery } = readSettings({
    SLUICE_STREAM_IDLE_MS: '1',
    SLUICE_EVENT_STREAM_IDLE_MS: '2',
    SLUICE_STREAM_MAX_BYTES: '3',
    SLUICE_STREAM_MAX_MS: '86400000',
    SLUICE_STALLED_CALLER_MS: '5',
    SLUICE_SLOW_CALLER_MS: '6',
    SLUICE_SLOW_CALLER_BYTES_PER_SECOND: '7',
  })
  expect(egressLimits).toEqual({ idleTimeoutMs: 1, eventStreamIdleTimeoutMs: 2, maxBodyBytes: 3 })
  expect(delivery).toEqual({
    streamMs: 86_400_000,
    stalledCallerMs: 5,
    slowCallerMs: 6,
    slowCallerBytesPerSecond: 7,
  })
  const names = [
    'STREAM_IDLE_MS',
    'EVENT_STREAM_IDLE_MS',
    'STREAM_MAX_MS',
    'STALLED_CALLER_MS',
    'SLOW_CALLER_MS',
  ]
  for (const name of names.map((end) => `SLUICE_${end}`)) {
    for (const value of ['0', '-1', '1.5', 'x', '86400001', '2147483648']) {
      expect(problemsOf({ [name]: value })[0]).toMatch(new RegExp(`^${name}: must be `))
    }
  }
})

test('encryption keys are read in order, and a wrong one is never shown', () => {
  const [one, two] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')]
  const ring = readSettings({ SLUICE_ENCRYPTION_KEYS: `new:${one},old:${two}` }).encryptionKeys
  expect(ring?.current.id).toBe('new')
  expect(ring?.get('old')).toBeDefined()
  const [problem = ''] = problemsOf({ SLUICE_ENCRYPTION_KEYS: `new:${one.slice(2)}` })
  expect(problem).toMatch(/^SLUICE_ENCRYPTION_KEYS: /)
  expect(problem).not.toContain(one.slice(2, 20))
})

test('sessions are configured by a secret or by the URL of a key set', () => {
  const bySecret = readSettings(session).sessionIssuer
  expect(bySecret).toMatchObject({ issuer: 'https://id.test', audience: 'sluice', typ: 'JWT' })
  expect(bySecret?.keys).toEqual({ secret: new TextEncoder().encode(session.SLUICE_SESSION_SECRET) })

  const { SLUICE_SESSION_SECRET: _, ...rest } = session
  const byUrl = readSettings({ ...rest, SLUICE_SESSION_JWKS_URL: 'https://id.test/jwks' }).sessionIssuer
  expect(byUrl?.keys).toEqual({ jwksUrl: new URL('https://id.test/jwks') })
})

test('a key set obeys the egress guard: what it would refuse is refused at start', () => {
  const { SLUICE_SESSION_SECRET: _, ...rest } = session
  const problems = (url: string, env = {}) => problemsOf({ ...rest, ...env, SLUICE_SESSION_JWKS_URL: url })
  for (const url of [
    'http://id.test/jwks',
    'https://id.test:9000/jwks',
    'https://127.0.0.1/jwks',
    'https://169.254.169.254/jwks',
    'https://id.internal/jwks',
    'https://localhost/jwks',
    'https://user@id.test/jwks',
  ]) {
    expect(problems(url)).toEqual([expect.stringMatching(/^SLUICE_SESSION_JWKS_URL: /)])
  }
  const url = 'http://127.0.0.1:9000/jwks'
  const allowed = (entry: string) => ({
    SLUICE_EGRESS_ALLOW_PRIVATE: `${entry}127.0.0.1`,
    SLUICE_EGRESS_ALLOW_PORTS: `${entry}9000`,
    SLUICE_EGRESS_ALLOW_HTTP: `${entry}127.0.0.1:9000`,
  })
  expect(problems(url, allowed('acme='))).toHaveLength(1)
  const settings = readSettings({ ...rest, ...allowed(''), SLUICE_SESSION_JWKS_URL: url })
  expect(settings.sessionIssuer?.keys).toEqual({ jwksUrl: new URL(url) })
})

test('everything that is wrong is reported at once, by name', () => {
  const problems = problemsOf({
    SLUICE_SESSION_SECRET: 'short',
    SLUICE_SESSION_ISSUER: '',
    SLUICE_EGRESS_ALLOW_PORTS: 'many',
    SLUICE_EGRESS_ALLOW_HTTP: 'no-port',
    SLUICE_SESSION_JWKS_URL: 'ftp://id.test/jwks',
  })
  for (const name of [
    'SLUICE_SESSION_SECRET',
    'SLUICE_SESSION_ISSUER',
    'SLUICE_SESSION_AUDIENCE',
    'SLUICE_SESSION_TYP',
    'SLUICE_EGRESS_ALLOW_PORTS',
    'SLUICE_EGRESS_ALLOW_HTTP',
    'SLUICE_SESSION_JWKS_URL',
    'SLUICE_SESSION_JWKS_URL, SLUICE_SESSION_SECRET',
  ]) {
    expect(problems.filter((line) => line.startsWith(`${name}:`))).toHaveLength(1)
  }
})

test('a session source without issuer, audience and typ is refused, and so are two sources', () => {
  const { SLUICE_SESSION_SECRET: secret } = session
  const alone = problemsOf({ SLUICE_SESSION_SECRET: secret })
  for (const name of ['ISSUER', 'AUDIENCE', 'TYP'])
    expect(alone.join('\n')).toContain(`SLUICE_SESSION_${name}:`)
  expect(problemsOf({ ...session, SLUICE_SESSION_JWKS_URL: 'https://id.test/jwks' })).toHaveLength(1)
  const { SLUICE_SESSION_SECRET: _, ...noSource } = session
  expect(problemsOf(noSource)).toHaveLength(1)
})

test('a refusal never quotes a secret', () => {
  const problems = problemsOf({ ...session, SLUICE_SESSION_SECRET: 'hunter2' })
  expect(problems).toHaveLength(1)
  expect(problems.join()).not.toContain('hunter2')
})

test('an outbound proxy is read whole, and a refusal never quotes it', () => {
  const { outboundProxy } = readSettings({ SLUICE_EGRESS_PROXY: 'http://ada:hunter2@proxy.internal:3128' })
  expect(outboundProxy).toMatchObject({ host: 'proxy.internal', port: 3128, isSecure: false })
  const problems = problemsOf({ SLUICE_EGRESS_PROXY: 'socks5://ada:hunter2@proxy.internal' })
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^SLUICE_EGRESS_PROXY: must be /)
  expect(problems.join()).not.toMatch(/ada|hunter2|internal/)
})

test('Redis is given by its URL, which no message repeats', () => {
  expect(readSettings({}).redisUrl).toBeUndefined()
  expect(readSettings({ SLUICE_REDIS_URL: 'rediss://u:p@cache.internal:6380' }).redisUrl).toMatch(/^rediss:/)
  const [problem] = problemsOf({ SLUICE_REDIS_URL: 'http://u:hunter2@cache' })
  expect(problem).toBe('SLUICE_REDIS_URL: must be a redis:// or rediss:// URL')
})

test('the bounds of the cache are whole numbers', () => {
  const { cache } = readSettings({ SLUICE_CACHE_MAX_BYTES: '1000000', SLUICE_CACHE_MAX_ANSWER_BYTES: '2048' })
  expect(cache).toEqual({ maxBytes: 1_000_000, maxEntries: undefined, maxAnswerBytes: 2048 })
  for (const wrong of ['0', '-1', '1.5', '1e3', 'many', '']) {
    expect(problemsOf({ SLUICE_CACHE_MAX_ENTRIES: wrong })).toHaveLength(1)
  }
})
