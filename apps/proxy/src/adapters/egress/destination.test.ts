import { describe, expect, it } from 'vitest'
import { checkLiteralDestination } from './destination.ts'
import {
  allowUpstreams,
  type EgressExceptions,
  parseAllowHttp,
  parseAllowPorts,
  parseAllowPrivate,
} from './exceptions.ts'

const none: EgressExceptions = { allowPrivate: [], allowPorts: [], allowHttp: [] }

function check(url: { scheme?: string; host: string; port?: number }, exceptions = none, tenantId = 'acme') {
  return checkLiteralDestination({ scheme: 'https', ...url }, tenantId, exceptions)
}

describe('without exceptions', () => {
  it.each([
    { host: 'api.example.com' },
    { host: 'api.example.com.' },
    { host: 'api.example.com', port: 443 },
    { host: 'api.example.com:8443' },
    { host: '8.8.8.8' },
    { host: '[2606:4700::1111]', port: 8443 },
  ])('a public https destination is allowed: %j', (url) => {
    expect(check(url)).toBeUndefined()
  })

  it.each([
    { scheme: 'http', host: 'api.example.com' },
    { scheme: 'http', host: 'api.example.com', port: 443 },
    { scheme: 'ftp', host: 'api.example.com' },
    { scheme: 'wss', host: 'api.example.com' },
    { scheme: 'ftp', host: 'api.example.com', port: 443 },
    { scheme: 'wss', host: 'api.example.com', port: 8443 },
    { scheme: 'file', host: '' },
    { scheme: '', host: 'api.example.com' },
    { host: 'api.example.com', port: 80 },
    { host: 'api.example.com', port: 0 },
    { host: 'api.example.com', port: 22 },
    { host: 'api.example.com:6379' },
    { host: 'api.example.com', port: 65_536 },
    { host: 'user@api.example.com' },
    { host: 'api.example.com/x' },
    { host: 'api.example.com\\x' },
    { host: 'api.exa\tmple.com' },
    { host: 'localhost' },
    { host: 'LOCALHOST.' },
    { host: 'intranet' },
    { host: 'a.internal' },
    { host: '127.0.0.1' },
    { host: '0x7f.1' },
    { host: '[::1]' },
    { host: '' },
  ])('anything else is refused with a sentence: %j', (url) => {
    expect(check(url)).toMatch(/^[A-Z].*\.$/)
  })
})

describe('the three switches open nothing that belongs to another', () => {
  const target = { scheme: 'http', host: '10.1.2.3', port: 8080 }
  const allowPrivate = parseAllowPrivate('10.1.2.3')
  const allowPorts = parseAllowPorts('8080')
  const allowHttp = parseAllowHttp('10.1.2.3:8080')

  it.each([
    { allowPrivate, allowPorts: [], allowHttp: [] },
    { allowPrivate: [], allowPorts, allowHttp: [] },
    { allowPrivate: [], allowPorts: [], allowHttp },
    { allowPrivate: [], allowPorts, allowHttp },
    { allowPrivate, allowPorts: [], allowHttp },
    { allowPrivate, allowPorts, allowHttp: [] },
  ])('one or two of them are not enough (%#)', (exceptions) => {
    expect(check(target, exceptions)).toEqual(expect.any(String))
  })

  it('all three together are', () => {
    expect(check(target, { allowPrivate, allowPorts, allowHttp })).toBeUndefined()
  })

  it('a private host stays closed to other ports and to plain http', () => {
    const exceptions = { ...none, allowPrivate: parseAllowPrivate('db.internal, 10.0.0.0/8') }
    expect(check({ host: 'db.internal' }, exceptions)).toBeUndefined()
    expect(check({ host: '10.9.9.9' }, exceptions)).toBeUndefined()
    expect(check({ host: 'db.internal', port: 8080 }, exceptions)).toContain('Port 8080')
    expect(check({ scheme: 'http', host: 'db.internal', port: 443 }, exceptions)).toContain('Plain http')
    expect(check({ host: 'other.internal' }, exceptions)).toContain('.internal')
    expect(check({ host: 'x.db.internal' }, exceptions)).toContain('.internal')
    expect(check({ host: '11.0.0.1' }, exceptions)).toBeUndefined()
    expect(check({ host: '192.168.0.1' }, exceptions)).toContain('not public')
    expect(check({ host: '[::ffff:10.9.9.9]' }, exceptions)).toContain('not public')
  })

  it('plain http is allowed per host and port', () => {
    const exceptions = { ...none, allowHttp: parseAllowHttp('api.example.com:443, api.example.com:80') }
    expect(check({ scheme: 'http', host: 'api.example.com', port: 443 }, exceptions)).toBeUndefined()
    expect(check({ scheme: 'http', host: 'api.example.com' }, exceptions)).toContain('Port 80')
    expect(check({ scheme: 'http', host: 'api.example.com', port: 8443 }, exceptions)).toContain('Plain http')
    expect(check({ scheme: 'http', host: 'www.example.com', port: 443 }, exceptions)).toContain('Plain http')
  })

  it('an exception for one tenant does not hold for another', () => {
    const exceptions = {
      allowPrivate: parseAllowPrivate('acme=10.1.2.3'),
      allowPorts: parseAllowPorts('acme=8080'),
      allowHttp: parseAllowHttp('acme=10.1.2.3:8080'),
    }
    expect(check(target, exceptions, 'acme')).toBeUndefined()
    expect(check({ host: '10.1.2.3' }, exceptions, 'acme')).toBeUndefined()
    expect(check(target, exceptions, 'globex')).toContain('Plain http')
    expect(check({ host: '10.1.2.3', port: 8080 }, exceptions, 'globex')).toContain('Port')
    expect(check({ host: '10.1.2.3' }, exceptions, 'globex')).toContain('not public')
  })
})

describe('an entry of allow_upstreams opens exactly one host and port', () => {
  const exceptions = allowUpstreams(['127.0.0.1:9001', 'localhost:9002', '[::1]:9003'])

  it.each([
    { host: '127.0.0.1', port: 9001 },
    { host: '127.1', port: 9001 },
    { host: 'localhost', port: 9002 },
    { host: '[::1]', port: 9003 },
  ])('http and https: %j', (url) => {
    expect(check({ scheme: 'http', ...url }, exceptions)).toBeUndefined()
    expect(check({ scheme: 'https', ...url }, exceptions)).toBeUndefined()
  })

  it.each([
    { host: '127.0.0.1', port: 9002 },
    { host: '127.0.0.1' },
    { host: '127.0.0.2', port: 9001 },
    { host: 'localhost', port: 9001 },
    { host: 'a.localhost', port: 9002 },
    { host: '[::ffff:127.0.0.1]', port: 9001 },
    { host: 'api.example.com', port: 9001 },
  ])('nothing beside it: %j', (url) => {
    expect(check(url, exceptions)).toEqual(expect.any(String))
  })
})
