import type { CompiledConnector } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { createMemoryConnectors } from './memory-connectors.ts'
import { createMemoryTenants } from './memory-tenants.ts'

const connector = (tenantId: string, permalink: string, revision = 'r1') =>
  ({ tenantId, permalink, revision }) as CompiledConnector

describe('connectors in memory', () => {
  test('a tenant never sees the connectors of another', () => {
    const store = createMemoryConnectors()
    store.replace('acme', [connector('acme', 'weather')])
    store.replace('other', [connector('other', 'news')])
    expect(store.get('other', 'weather')).toBeUndefined()
    expect(store.list('acme').map((it) => it.permalink)).toEqual(['weather'])
    expect(store.list('nobody')).toEqual([])
  })

  test('names of the prototype are no connectors and no tenants', () => {
    const store = createMemoryConnectors()
    store.replace('acme', [])
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(store.get('acme', name)).toBeUndefined()
      expect(store.get(name, name)).toBeUndefined()
    }
  })

  test('a replacement is whole, and one that is refused changes nothing', () => {
    const store = createMemoryConnectors()
    const first = connector('acme', 'weather')
    store.replace('acme', [first, connector('acme', 'gone')])
    expect(() => store.replace('acme', [connector('acme', 'news'), connector('other', 'weather')])).toThrow()
    expect(() => store.replace('acme', [connector('acme', 'news'), connector('acme', 'news')])).toThrow()
    expect(store.get('acme', 'weather')).toBe(first)
    store.replace('acme', [connector('acme', 'weather', 'r2')])
    expect(store.get('acme', 'weather')?.revision).toBe('r2')
    expect(store.get('acme', 'gone')).toBeUndefined()
  })

  test('nothing is loaded before the first replacement', () => {
    const store = createMemoryConnectors()
    expect(store.isLoaded()).toBe(false)
    store.replace('acme', [])
    expect(store.isLoaded()).toBe(true)
  })
})

describe('tenants in memory', () => {
  const app = 'https://app.example.com'

  test('a Host stands for the tenant that registered it, in any case and with any port', () => {
    const tenants = createMemoryTenants([{ id: 'acme', hosts: ['Connect.Example.com'] }, { id: 'other' }])
    for (const host of [
      'connect.example.com',
      'CONNECT.example.com:8443',
      'connect.example.com.',
      'connect.example.com.:443',
      'connect.example.com:',
    ]) {
      expect(tenants.atHost(host)?.id).toBe('acme')
    }
    expect(tenants.atHost('elsewhere.example.com')).toBeUndefined()
    expect(tenants.atHost(undefined)).toBeUndefined()
  })

  test('before the tenant is known, CORS grants at a Host what its own tenant lists, else what any lists', () => {
    const tenants = createMemoryTenants([
      { id: 'acme', hosts: ['acme.test'], origins: [app] },
      { id: 'other', origins: ['https://other.example.com'], cookieSessions: true },
    ])
    expect(tenants.grantAt('acme.test', app)).toEqual({ origin: app, credentials: false })
    expect(tenants.grantAt('acme.test', 'https://other.example.com')).toBeUndefined()
    expect(tenants.grantAt('localhost:8787', app)).toEqual({ origin: app, credentials: false })
    expect(tenants.grantAt('localhost:8787', 'https://other.example.com')?.credentials).toBe(true)
    expect(tenants.grantAt('localhost:8787', 'https://evil.example.com')).toBeUndefined()
  })

  test.each([
    'null',
    '*',
    'app.example.com',
    'https://app.example.com/',
    'https://App.example.com',
    'file://',
    '',
  ])('%j is not accepted as an origin', (origin) => {
    expect(() => createMemoryTenants([{ id: 'acme', origins: [origin] }])).toThrow(/origin/)
  })

  test('two tenants cannot have one id or one host, and a refused replacement changes nothing', () => {
    const tenants = createMemoryTenants([{ id: 'acme', hosts: ['a.test'] }])
    expect(() => tenants.replace([{ id: 'x' }, { id: 'x' }])).toThrow()
    expect(() =>
      tenants.replace([
        { id: 'x', hosts: ['a.test'] },
        { id: 'y', hosts: ['A.test'] },
      ]),
    ).toThrow()
    expect(tenants.get('acme')?.id).toBe('acme')
    tenants.replace([{ id: 'new' }])
    expect(tenants.get('acme')).toBeUndefined()
    expect(tenants.atHost('a.test')).toBeUndefined()
  })
})
