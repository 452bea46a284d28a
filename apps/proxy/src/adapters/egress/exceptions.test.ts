import { describe, expect, it } from 'vitest'
import {
  allowUpstreams,
  parseAllowHttp,
  parseAllowPorts,
  parseAllowPrivate,
  permitsAddress,
} from './exceptions.ts'

describe('an entry that means nothing is refused by name', () => {
  it.each([
    [parseAllowPrivate, '10.0.0.0/33'],
    [parseAllowPrivate, '10.0.0.0/'],
    [parseAllowPrivate, '10.0.0.0/x'],
    [parseAllowPrivate, '10/8'],
    [parseAllowPrivate, '::1/129'],
    [parseAllowPrivate, 'db.internal/8'],
    [parseAllowPrivate, '*.internal'],
    [parseAllowPrivate, 'db.internal:5432'],
    [parseAllowPrivate, 'https://db.internal'],
    [parseAllowPrivate, '=db.internal'],
    [parseAllowPrivate, 'acme='],
    [parseAllowPorts, '0'],
    [parseAllowPorts, '65536'],
    [parseAllowPorts, '80-90'],
    [parseAllowPorts, '*'],
    [parseAllowPorts, 'acme='],
    [parseAllowHttp, 'db.internal'],
    [parseAllowHttp, 'db.internal:'],
    [parseAllowHttp, ':80'],
    [parseAllowHttp, '::1:80'],
    [parseAllowHttp, 'a b:80'],
  ])('%o %s', (parse, text) => {
    const entry = text.split('=').at(-1) ?? ''
    expect(() => parse(`${text},8443`)).toThrow(entry)
  })

  it('in allow_upstreams too', () => {
    expect(() => allowUpstreams(['127.0.0.1'])).toThrow('127.0.0.1')
  })
})

it('no text is no exception', () => {
  expect([parseAllowPrivate(''), parseAllowPorts(' , '), parseAllowHttp('')]).toEqual([[], [], []])
})

it('a block holds for the addresses within it, in its own family', () => {
  const allowPrivate = parseAllowPrivate('10.0.0.0/8, fd00::/8, 192.168.1.7, acme=[::1]')
  const permits = (address: string, tenantId = 'acme') =>
    permitsAddress({ allowPrivate, allowPorts: [], allowHttp: [] }, tenantId, address)
  expect(
    ['10.0.0.0', '10.255.255.255', 'fd12::1', '192.168.1.7', '::1'].map((it) => permits(it)),
  ).not.toContain(false)
  expect(permits('::1', 'globex')).toBe(false)
  const others = [
    '11.0.0.0',
    '192.168.1.8',
    'fe80::1',
    '::ffff:10.0.0.1',
    '::2',
    'fd12::1%eth0',
    'example.com',
  ]
  expect(others.map((it) => permits(it))).not.toContain(true)
})
