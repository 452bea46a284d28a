import { createSecretKey, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createMemorySecrets, createMemoryVariables } from './memory-values.ts'

const anyHost = ['*']

const key = createSecretKey(randomBytes(32))

test('a secret is read by its own tenant only, and never shows itself', async () => {
  const secrets = createMemorySecrets(key)
  secrets.replace('acme', { key: { value: 'hunter2-hunter2', allowedHosts: ['api.test'] } })
  const stored = await secrets.read('acme', 'key')
  expect(stored?.secret.expose()).toBe('hunter2-hunter2')
  expect(stored?.allowedHosts).toEqual(['api.test'])
  expect(stored?.places).toEqual(['authentication', 'header'])
  expect(inspect(stored, { depth: 9 }) + JSON.stringify(stored)).not.toContain('hunter2')
  expect(await secrets.read('other', 'key')).toBeUndefined()
})

test('names of the prototype are no secrets and no variables', async () => {
  const secrets = createMemorySecrets(key)
  const variables = createMemoryVariables(key)
  secrets.replace('acme', {})
  variables.replace('acme', {})
  for (const name of ['__proto__', 'constructor', 'toString']) {
    expect(await secrets.read('acme', name)).toBeUndefined()
    expect(await variables.read('acme', name)).toBeUndefined()
  }
})

test('a version changes when the value does, and only then', async () => {
  const secrets = createMemorySecrets(key)
  const versionOf = async (value: string) => {
    secrets.replace('acme', { key: { value, allowedHosts: anyHost } })
    return (await secrets.read('acme', 'key'))?.version
  }
  const first = await versionOf('one')
  expect(await versionOf('one')).toBe(first)
  expect(await versionOf('two')).not.toBe(first)
  expect(await versionOf('one')).toBe(first)
})

test('a version does not tell which value it is of: under another key it is another', async () => {
  const versions = await Promise.all(
    [key, createSecretKey(randomBytes(32))].map(async (versionKey) => {
      const secrets = createMemorySecrets(versionKey)
      secrets.replace('acme', { key: { value: 'same', allowedHosts: anyHost } })
      return (await secrets.read('acme', 'key'))?.version
    }),
  )
  expect(versions[0]).not.toBe(versions[1])
})

test('a replacement is whole: what it does not name is gone', async () => {
  const variables = createMemoryVariables(key)
  variables.replace('acme', { region: 'eu', old: '1' })
  variables.replace('acme', { region: 'us' })
  expect(await variables.read('acme', 'region')).toMatchObject({ value: 'us' })
  expect(await variables.read('acme', 'old')).toBeUndefined()
})

test('a secret that stays the same stays the same object, and a change is told once', async () => {
  const told: string[] = []
  const secrets = createMemorySecrets(key, (tenantId) => void told.push(tenantId))
  const one = { value: 'one', allowedHosts: ['a.test'] }
  secrets.replace('acme', { one, two: { value: 'two', allowedHosts: anyHost } })
  const before = await secrets.read('acme', 'one')
  secrets.replace('acme', { one: { ...one }, two: { value: 'two', allowedHosts: ['*'] }, more: one })
  expect(await secrets.read('acme', 'one')).toBe(before)
  expect(told).toEqual([])
  const changes = [
    { one: { ...one, value: 'other' } },
    { one: { ...one, value: 'other', allowedHosts: ['b.test'] } },
    { one: { ...one, value: 'other', allowedHosts: ['b.test'], places: ['header'] as const } },
    {},
  ]
  for (const change of changes) secrets.replace('acme', change)
  expect(told).toEqual(['acme', 'acme', 'acme', 'acme'])
})
