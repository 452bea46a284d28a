import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseOutboundProxy } from './outbound-proxy.ts'

describe('an outbound proxy', () => {
  it.each([
    ['http://proxy.test', { isSecure: false, host: 'proxy.test', port: 80 }],
    ['http://proxy.test:3128/', { isSecure: false, host: 'proxy.test', port: 3128 }],
    ['https://proxy.test', { isSecure: true, host: 'proxy.test', port: 443 }],
    ['http://10.0.0.1:8080', { isSecure: false, host: '10.0.0.1', port: 8080 }],
    ['http://[fd00::1]:8080', { isSecure: false, host: 'fd00::1', port: 8080 }],
  ])('is read from %s, whatever its address', (text, expected) => {
    const proxy = parseOutboundProxy(text)
    expect(proxy).toMatchObject(expected)
    expect(proxy.authorization()).toBeUndefined()
  })

  it('has any user and password, escaped as a URL wants it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, password) => {
        const user = name.replaceAll(':', '')
        fc.pre(user !== '' || password !== '')
        const proxy = parseOutboundProxy(
          `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@proxy.test:3128`,
        )
        const sent = Buffer.from(`${user}:${password}`).toString('base64')
        expect(proxy.authorization()).toBe(`Basic ${sent}`)
      }),
    )
  })

  it('shows no credentials when it is printed', () => {
    const proxy = parseOutboundProxy('http://ada:hunter2@proxy.test')
    const printed = [inspect(proxy, { depth: 9, showHidden: true }), JSON.stringify(proxy)].join()
    expect(printed).not.toMatch(/ada|hunter2|Basic|YWRh/)
  })

  it.each([
    'hunter2',
    'hunter2:3128',
    '10.0.0.1:3128',
    'socks5://ada:hunter2@proxy.test',
    'ftp://ada:hunter2@proxy.test',
    'http://',
    'http://ada:hunter2@',
    'http://ada:hunter2@proxy.test:70000',
    'http://ada:hunter2@proxy.test/path',
    'http://ada:hunter2@proxy.test?',
    'http://ada:hunter2@proxy.test/?query',
    'http://ada:hunter2@proxy.test/#',
    // unescaped, these end the host before the password does
    'http://ada:12/hunter2@proxy.test',
    'http://ada:12#hunter2@proxy.test',
    'http://ada:12?hunter2@proxy.test',
    'http://ada:hunter2%@proxy.test',
    'http://ada:hunter2%ff@proxy.test',
    'http://ada%3Ab:hunter2@proxy.test',
  ])('is refused without being quoted: %s', (text) => {
    const refusal = (() => {
      try {
        return parseOutboundProxy(text)
      } catch (error) {
        return String(error)
      }
    })()
    expect(refusal).toMatch(/^Error: (must be|has a) /)
    expect(refusal).not.toMatch(/ada|hunter2|proxy\.test|10\.0/)
  })
})
