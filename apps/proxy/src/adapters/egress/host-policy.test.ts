import { describe, expect, it } from 'vitest'
import { nameRefusal, normaliseHost } from './host-policy.ts'

describe('a host is compared in the one spelling that is connected to', () => {
  it.each([
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['ｅｘａｍｐｌｅ.com', 'example.com'],
    ['127.1', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['[::1]', '::1'],
    ['::1', '::1'],
    ['[0:0::0:1]', '::1'],
    ['[::FFFF:127.0.0.1]', '::ffff:7f00:1'],
  ])('%s', (host, normalised) => {
    expect(normaliseHost(host)).toBe(normalised)
  })

  it.each([
    ...[
      '',
      ' ',
      'a b',
      'a/b',
      'a\\b',
      'user@a.com',
      'a.com?x',
      'a.com#x',
      'a.com:443',
      'a.com:',
      '[::1',
      '[::1]:80',
    ],
    ...['[fe80::1%25eth0]', 'fe80::1%eth0', '1.2.3.256', '1.2.3.4.5', 'a%zz', 'a<b', '\u0000'],
  ])('%j is no host', (host) => {
    expect(normaliseHost(host)).toBeUndefined()
  })
})

describe('a name that only a private network knows is refused', () => {
  it.each([
    ...[
      'localhost',
      'a.localhost',
      'a.b.localhost',
      'printer.local',
      'db.internal',
      'metadata.google.internal',
    ],
    ...['intranet', 'metadata', '', '.', 'a..b', '.example.com', 'example.com.', 'localhost.'],
  ])('%j', (name) => {
    expect(nameRefusal(name)).toEqual(expect.any(String))
  })

  it.each([
    'example.com',
    'api.example.com',
    'local.example.com',
    'localhost.example.com',
    'notlocal.example',
  ])('%s may be resolved', (name) => {
    expect(nameRefusal(name)).toBeUndefined()
  })
})
