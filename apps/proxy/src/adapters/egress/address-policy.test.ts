import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { isPublicAddress, parseAddress } from './address-policy.ts'

describe('a public address passes', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '93.184.215.14',
    '1.0.0.0',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.15',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.0.3.0',
    '192.88.98.255',
    '192.88.100.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '198.51.99.255',
    '198.51.101.0',
    '203.0.112.255',
    '203.0.114.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '2001:200::1',
    '2000::1',
    '2003::1',
    '2a00:1450:4001:81b::200e',
    '3ffe:ffff::1',
    '3fff:1000::1',
    '64:ff9b::8.8.8.8',
    '64:ff9b::101:101',
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

// First and last of every block that the IANA special-purpose registries do not call globally reachable, of
// multicast, and of the forms that hide an IPv4 address.
describe('an address that is not public is refused', () => {
  it.each([
    ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255'],
    ...['127.0.0.0', '127.0.0.1', '127.255.255.255', '169.254.0.0', '169.254.169.254', '169.254.255.255'],
    ...[
      '172.16.0.0',
      '172.31.255.255',
      '192.0.0.0',
      '192.0.0.9',
      '192.0.0.170',
      '192.0.0.192',
      '192.0.0.255',
    ],
    ...['192.0.2.0', '192.0.2.255', '192.31.196.1', '192.52.193.1', '192.88.99.0', '192.88.99.255'],
    ...['192.168.0.0', '192.168.255.255', '192.175.48.1', '198.18.0.0', '198.19.255.255', '198.51.100.0'],
    ...['198.51.100.255', '203.0.113.0', '203.0.113.255', '224.0.0.0', '239.255.255.255', '240.0.0.0'],
    ...['255.255.255.254', '255.255.255.255', '100.100.100.200', '168.63.129.16'],
    ...['::', '::1', '::2', '::7f00:1', '::127.0.0.1', '::8.8.8.8', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
    ...['::ffff:0:127.0.0.1', '::ffff:0:8.8.8.8', '64:ff9b::127.0.0.1', '64:ff9b::10.0.0.1'],
    ...[
      '64:ff9b::169.254.169.254',
      '64:ff9b::168.63.129.16',
      '64:ff9b::',
      '64:ff9b:1::',
      '64:ff9b:1::808:808',
    ],
    ...['64:ff9b:1:ffff:ffff:ffff:ffff:ffff', '64:ff9b:2::1', '64:ff9b::1:808:808', '100::', '100::1'],
    ...['100:0:0:1::1', '200::1', '1fff:ffff::1', '2001::', '2001:0:7f00:1::', '2001:0:4136:e378::80ff:fffe'],
    ...['2001:1::1', '2001:2::1', '2001:3::1', '2001:4:112::1', '2001:10::1', '2001:20::1', '2001:30::1'],
    ...['2001:1ff:ffff::1', '2001:db8::', '2001:db8:ffff::1', '2002::', '2002:7f00:1::', '2002:808:808::1'],
    ...[
      '2002:a9fe:a9fe::1',
      '2620:4f:8000::1',
      '3fff::',
      '3fff:fff:ffff::1',
      '4000::1',
      '5f00::1',
      '8000::1',
    ],
    ...[
      'fc00::1',
      'fd00:ec2::254',
      'fd20:ce::254',
      'fd00:c1::a9fe:a9fe',
      'fdff:ffff::1',
      'fe00::1',
      'fe80::1',
    ],
    ...['febf::1', 'fec0::1', 'feff::1', 'ff00::1', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})

describe('what is not exactly an address is not public', () => {
  it.each([
    ...[
      '',
      ' ',
      'example.com',
      '8.8.8',
      '8.8',
      '134744072',
      '0x8.8.8.8',
      '010.8.8.8',
      '8.8.8.8.',
      ' 8.8.8.8',
    ],
    ...[
      '8.8.8.8:443',
      '8.8.8.8/32',
      '[2606:4700::1111]',
      '2606:4700::1111%eth0',
      '2606:4700::1111/128',
      '８.8.8.8',
    ],
  ])('%j', (text) => {
    expect(isPublicAddress(text)).toBe(false)
    expect(parseAddress(text)).toBeUndefined()
  })
})

describe('an embedded IPv4 address', () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 4 })

  it('behind NAT64 is judged as itself', () => {
    fc.assert(
      fc.property(bytes, (octets) => {
        const ipv4 = octets.join('.')
        expect(isPublicAddress(`64:ff9b::${ipv4}`)).toBe(isPublicAddress(ipv4))
      }),
    )
  })

  it('behind a form that nobody needs is never reached', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b:1::'), (octets, prefix) => {
        expect(isPublicAddress(prefix + octets.join('.'))).toBe(false)
      }),
    )
  })
})

it('no IPv6 address outside 2000::/3 and NAT64 is public', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const address = ipaddr.fromByteArray([...bytes])
      const isGlobalUnicast = (bytes[0] ?? 0) >> 5 === 1
      fc.pre(!isGlobalUnicast && !address.toString().startsWith('64:ff9b:'))
      expect(isPublicAddress(address.toString())).toBe(false)
    }),
  )
})
