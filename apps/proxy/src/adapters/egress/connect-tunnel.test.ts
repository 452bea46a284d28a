import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseAllowHttp, parseAllowPorts, parseAllowPrivate } from './exceptions.ts'
import { createCertificate } from './testing/certificate.ts'
import { listenProxy } from './testing/outbound-proxy.ts'
import {
  address,
  clientBehind,
  get,
  listenSecure,
  name,
  nothing,
  resolveTo,
  trusted,
  url,
} from './testing/proxied-api.ts'
import { listenHttp, until } from './testing/servers.ts'

describe('through an outbound proxy', () => {
  it('the checked address is asked for, and the name is SNI and Host', async () => {
    const api = await listenSecure(trusted)
    const proxy = await listenProxy({ to: api })
    expect(await get(clientBehind(proxy), url)).toBe('secret business')
    const target = `${address}:443`
    expect(proxy.asked).toMatchObject([{ target, host: target, authorization: undefined }])
    expect(api.seen).toMatchObject([{ servername: name, headers: { host: name } }])
  })

  it('an IPv6 address is asked for in brackets, and another port by its number', async () => {
    const api = await listenSecure(trusted)
    const proxy = await listenProxy({ to: api })
    const client = clientBehind(proxy, { resolve: resolveTo('2606:2800:220:1::1') })
    await get(client, `https://${name}:8443/`)
    expect(proxy.asked).toMatchObject([{ target: '[2606:2800:220:1::1]:8443' }])
    expect(api.seen).toMatchObject([{ servername: name, headers: { host: `${name}:8443` } }])
  })

  it('a literal address is asked for as it stands, without SNI and without resolving', async () => {
    const certificate = createCertificate({ name: address })
    const api = await listenSecure(certificate)
    const proxy = await listenProxy({ to: api })
    const resolve = () => Promise.reject(new Error('resolved'))
    await get(clientBehind(proxy, { resolve, extraCa: certificate.cert }), `https://${address}/`)
    expect(proxy.asked).toMatchObject([{ target: `${address}:443` }])
    expect(api.seen).toMatchObject([{ servername: false, headers: { host: address } }])
  })

  it('a literal IPv6 address is asked for in brackets', async () => {
    const proxy = await listenProxy({ to: await listenSecure(trusted) })
    // The certificate is for a name, so it does not come to a request.
    await expect(get(clientBehind(proxy), 'https://[2606:2800:220:1::1]/')).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
    })
    expect(proxy.asked).toMatchObject([{ target: '[2606:2800:220:1::1]:443' }])
  })

  it('plain http, where it is allowed, goes through a tunnel too', async () => {
    const hosts: unknown[] = []
    const api = await listenHttp((request, response) => {
      hosts.push([request.url, request.headers.host])
      response.end('plain')
    })
    const proxy = await listenProxy({ to: api })
    const exceptions = {
      ...nothing,
      allowHttp: parseAllowHttp(`${name}:80`),
      allowPorts: parseAllowPorts('80'),
    }
    expect(await get(clientBehind(proxy, { exceptions }), `http://${name}/path`)).toBe('plain')
    expect(proxy.asked).toMatchObject([{ target: `${address}:80` }])
    expect(hosts).toEqual([['/path', name]])
  })

  it('one tunnel serves one exchange after another', async () => {
    const api = await listenSecure(trusted)
    const proxy = await listenProxy({ to: api })
    const client = clientBehind(proxy)
    for (let count = 0; count < 3; count++) {
      await get(client, url)
      await setImmediate() // undici frees a connection a moment after the last byte
    }
    expect(proxy.asked).toHaveLength(1)
    expect(api.seen).toHaveLength(3)
  })

  it('no tenant uses the tunnel of another, though it be idle', async () => {
    const proxy = await listenProxy({ to: await listenSecure(trusted) })
    const client = clientBehind(proxy)
    for (const tenantId of ['acme', 'globex', 'initech']) {
      await get(client, url, { tenantId })
      await setImmediate()
    }
    expect(proxy.asked).toHaveLength(3)
    expect(proxy.openConnections()).toBe(3)
  })

  it.each([
    ['unknown authority', trusted, undefined],
    ['another name', createCertificate({ name: 'other.example.com' }), 'own'],
    ['the address instead of the name', createCertificate({ name: address }), 'own'],
  ])('the certificate of the API must prove its name: %s', async (_case, certificate, ca) => {
    const api = await listenSecure(certificate)
    const proxy = await listenProxy({ to: api })
    const extraCa = ca === undefined ? createCertificate({ name }).cert : certificate.cert
    await expect(get(clientBehind(proxy, { extraCa }), url)).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: 'No secure connection to the API could be made.',
    })
    expect(api.seen).toEqual([])
    await until(() => proxy.openConnections() === 0)
  })
})

describe('a forbidden destination never reaches the proxy', () => {
  it.each([
    ['https://127.0.0.1/', []],
    ['https://[::ffff:169.254.169.254]/', []],
    ['https://0x7f.1/', []],
    ['https://localhost/', []],
    ['https://proxy.internal/', []],
    [`https://${name}:22/`, [address]],
    [`http://${name}/`, [address]],
    [url, ['10.0.0.1']],
    [url, ['::1']],
    [url, [address, '169.254.169.254']],
    [url, ['fd00::1', address]],
  ])('%s, resolving to %j', async (destination, addresses) => {
    const proxy = await listenProxy({ to: await listenSecure(trusted) })
    const client = clientBehind(proxy, { resolve: resolveTo(...addresses) })
    await expect(get(client, destination)).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    expect(proxy.connections).toHaveLength(0)
  })

  it('not even at the address of the proxy itself, which only the operator may use', async () => {
    const proxy = await listenProxy({ to: await listenSecure(trusted) })
    const exceptions = { ...nothing, allowPorts: parseAllowPorts(`${proxy.port}`) }
    const sent = get(clientBehind(proxy, { exceptions }), `https://127.0.0.1:${proxy.port}/`)
    await expect(sent).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    expect(proxy.connections).toHaveLength(0)
  })

  it('for a tenant whom no exception names, though another has one', async () => {
    const proxy = await listenProxy({ to: await listenSecure(trusted) })
    const exceptions = { ...nothing, allowPrivate: parseAllowPrivate('acme=10.0.0.0/8') }
    const client = clientBehind(proxy, { exceptions, resolve: resolveTo('10.0.0.1') })
    await get(client, url, { tenantId: 'acme' })
    await expect(get(client, url, { tenantId: 'globex' })).rejects.toMatchObject({
      code: 'DESTINATION_NOT_ALLOWED',
    })
    expect(proxy.asked).toMatchObject([{ target: '10.0.0.1:443' }])
  })

  it('by a name that answers differently the second time', async () => {
    const api = await listenSecure(trusted, (_request, response) => {
      response.setHeader('connection', 'close').end()
    })
    const proxy = await listenProxy({ to: api })
    const answers = [[address], ['127.0.0.1']]
    const resolve = async () => resolveTo(...(answers.shift() ?? []))()
    const client = clientBehind(proxy, { resolve })
    await get(client, url)
    expect(answers).toHaveLength(1)
    await expect(get(client, url)).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    expect(proxy.asked).toMatchObject([{ target: `${address}:443` }])
    expect(proxy.connections).toHaveLength(1)
  })
})

describe('the credentials of the proxy', () => {
  const userinfo = 'ada:hunter%C3%A4@'
  const authorization = `Basic ${Buffer.from('ada:hunterä').toString('base64')}`

  it('go to the proxy, and never to an API', async () => {
    const api = await listenSecure(trusted)
    const proxy = await listenProxy({ to: api, userinfo })
    await get(clientBehind(proxy), url)
    expect(proxy.asked).toMatchObject([{ authorization }])
    expect(Object.keys(api.seen[0]?.headers ?? {}).sort()).toEqual(['accept-encoding', 'connection', 'host'])
  })

  it('are in no part of a failure', async () => {
    const respond = (socket: Socket) => socket.end('HTTP/1.1 407 No\r\n\r\n') !== undefined
    const proxy = await listenProxy({ userinfo, respond })
    const error = await get(clientBehind(proxy), url).catch((reason: unknown) => reason)
    expect(proxy.asked).toMatchObject([{ authorization }])
    const printed = inspect(error, { depth: 9, showHidden: true })
    expect(printed).toContain('PROXY_ANSWERED_407')
    expect(printed).not.toMatch(/hunter|YWRh|127\.0\.0\.1|93\.184/)
  })

  it('travel encrypted to a proxy that is spoken to over TLS', async () => {
    const api = await listenSecure(trusted)
    const certificate = createCertificate({ name: 'localhost' })
    const proxy = await listenProxy({ to: api, certificate, userinfo })
    const client = clientBehind(proxy, { extraCa: [trusted.cert, certificate.cert].join('\n') })
    expect(await get(client, url)).toBe('secret business')
    expect(proxy.asked).toMatchObject([{ target: `${address}:443`, authorization, servername: 'localhost' }])
    expect(api.seen).toMatchObject([{ servername: name, headers: { host: name } }])
  })

  it('are not told to one whose certificate is not trusted', async () => {
    const certificate = createCertificate({ name: 'localhost' })
    const proxy = await listenProxy({ to: await listenSecure(trusted), certificate, userinfo })
    await expect(get(clientBehind(proxy), url)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(proxy.asked).toEqual([])
    await until(() => proxy.openConnections() === 0)
  })
})

describe('of several addresses', () => {
  const [unreachable, second] = ['2606:2800:220:1::1', address]

  function listenRefusing(status: number) {
    return async (to: Awaited<ReturnType<typeof listenSecure>>) =>
      listenProxy({
        to,
        respond: (socket, request) =>
          request.url?.startsWith('[') === true && socket.end(`HTTP/1.1 ${status} No\r\n\r\n`) !== undefined,
      })
  }

  it('the next is asked for where the proxy cannot reach one', async () => {
    const proxy = await listenRefusing(502)(await listenSecure(trusted))
    const client = clientBehind(proxy, { resolve: resolveTo(unreachable, second) })
    expect(await get(client, url)).toBe('secret business')
    expect(proxy.asked.map(({ target }) => target)).toEqual([`[${unreachable}]:443`, `${second}:443`])
  })

  it.each([403, 407])('none is asked for after the proxy has said no (%i)', async (status) => {
    const proxy = await listenRefusing(status)(await listenSecure(trusted))
    const client = clientBehind(proxy, { resolve: resolveTo(unreachable, second) })
    await expect(get(client, url)).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
    expect(proxy.asked).toHaveLength(1)
  })
})
