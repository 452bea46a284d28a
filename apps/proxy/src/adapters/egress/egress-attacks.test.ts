/** Attacks on the guard: whatever a host is called and however it resolves, nothing reaches loopback. */
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type EgressExceptions, parseAllowHttp, parseAllowPorts, parseAllowPrivate } from './exceptions.ts'
import type { Resolve } from './guarded-connector.ts'
import { listen, listenHttp, openClient, readAll, requestTo, type TestServer } from './testing/servers.ts'

/** Loopback on both families at one port; the second is missing where the machine has no IPv6. */
async function listenOnLoopback(): Promise<{ port: number; servers: TestServer[] }> {
  const first = await listen(createServer())
  const second = await listen(createServer(), '::1', first.port).catch(() => undefined)
  return { port: first.port, servers: second === undefined ? [first] : [first, second] }
}

const never: Resolve = async (hostname) => {
  throw new Error(`resolved ${hostname}`)
}

/** Everything is open but private addresses. */
function openBut(port: number, hosts: readonly string[]): EgressExceptions {
  const allowHttp = hosts.flatMap((host) => {
    try {
      return parseAllowHttp(`${host}:${port}`)
    } catch {
      return []
    }
  })
  return { allowPrivate: [], allowPorts: parseAllowPorts(`${port}`), allowHttp }
}

// Each is a way to write, in the host of a URL, an address that must not be reached.
const spellings = [
  // loopback: decimal, octal, hexadecimal, short, mixed, padded
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.0.0.2',
    '127.127.127.127',
    '127.255.255.254',
    '2130706433',
    '2130706434',
  ],
  ...[
    '017700000001',
    '0177.0.0.1',
    '0177.1',
    '0177.0.1',
    '0177.0000.0000.0001',
    '00000177.1',
    '0x7f000001',
    '0x7f.1',
  ],
  ...[
    '0X7F000001',
    '0x7F.0X0.0x0.0x1',
    '0x7f.0.0.1',
    '0x7f.0x000001',
    '127.0x1',
    '127.01',
    '127.000.000.001',
  ],
  ...['0x0000007f.1', '0x7f.0.1', '127.0.0x1', '127.65535', '0177.0x1', '0x7f.01'],
  ...['127.0.0.1.', '127.1.', '2130706433.', '0x7f000001.', '0177.1.'],
  // full-width digits and dots, other digits, escapes: the URL parser folds them
  ...[
    '１２７.０.０.１',
    '１２７。０。０。１',
    '127。0。0。1',
    '127．0．0．1',
    '127｡1',
    '①②⑦.⓪.⓪.①',
    '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
    '２１３０７０６４３３',
  ],
  ...[
    '0ｘ7ｆ000001',
    '%31%32%37.0.0.1',
    '127%2e0%2e0%2e1',
    '127.0.0.%31',
    '127%2E1',
    '127.0.0.1%2e',
    '1²7.0.0.1',
    '¹²⁷.⁰.⁰.¹',
  ],
  ...['127.0.0.1\u00ad', '12\u200b7.0.0.1', '127.0.0.1\t', '127.0.\n0.1'],
  // this host, private, shared, link-local, metadata
  ...[
    '0',
    '0.0.0.0',
    '0x0',
    '00',
    '0.1',
    '0.0.0.1',
    '0.255.255.255',
    '10.0.0.1',
    '10.1',
    '0xa.1',
    '012.1',
    '167772161',
  ],
  ...[
    '172.16.0.1',
    '172.31.255.255',
    '0xac100001',
    '192.168.0.1',
    '192.168.1',
    '0xc0a80001',
    '0300.0250.1',
    '3232235521',
  ],
  ...[
    '100.64.0.1',
    '100.127.255.255',
    '100.100.100.200',
    '169.254.0.1',
    '169.254.169.254',
    '169.254.43518',
    '0xa9fea9fe',
  ],
  ...[
    '2852039166',
    '0251.0376.0251.0376',
    '0xa9.0xfe.0xa9.0xfe',
    '169.0xfea9fe',
    '025177524776',
    '169.254.169.253',
  ],
  ...[
    '168.63.129.16',
    '0xa83f8110',
    '2822734096',
    '192.0.0.192',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '198.18.0.1',
  ],
  ...[
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
  ],
  ...['4294967295', '0xffffffff', '037777777777'],
  // IPv6 loopback and unspecified
  ...[
    '[::1]',
    '[::]',
    '[0::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::0:1]',
    '[0::0:1]',
  ],
  ...['[::0.0.0.1]', '[::0.0.0.0]', '[0:0:0:0:0:0:0:0]', '[::01]', '[::2]'],
  // IPv4 in IPv6: mapped, compatible, translated
  ...[
    '[::ffff:127.0.0.1]',
    '[::FFFF:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FfFf:7F00:0001]',
    '[0:0:0:0:0:ffff:7f00:1]',
  ],
  ...[
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:0.0.0.0]',
    '[::ffff:8.8.8.8]',
  ],
  ...[
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[0:0:0:0:0:0:127.0.0.1]',
    '[::169.254.169.254]',
    '[::a9fe:a9fe]',
    '[::10.0.0.1]',
  ],
  ...['[::ffff:0:127.0.0.1]', '[::ffff:0:7f00:1]', '[::ffff:0:a9fe:a9fe]'],
  // NAT64, 6to4, Teredo
  ...[
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:FF9B::7F00:1]',
    '[0064:ff9b:0:0:0:0:7f00:0001]',
    '[64:ff9b::a00:1]',
  ],
  ...[
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b::a83f:8110]',
    '[64:ff9b::]',
    '[64:ff9b:1::7f00:1]',
    '[64:ff9b:1::8.8.8.8]',
  ],
  ...[
    '[64:ff9b:1:7f00:0:100::]',
    '[2002:7f00:1::]',
    '[2002:7f00:0001::1]',
    '[2002:a9fe:a9fe::1]',
    '[2002:c0a8:1::1]',
  ],
  ...[
    '[2002:808:808::1]',
    '[2001::1]',
    '[2001:0:7f00:1::1]',
    '[2001:0:4136:e378:8000:63bf:80ff:fffe]',
    '[2001::80ff:fffe]',
  ],
  // other IPv6
  ...[
    '[fc00::1]',
    '[fd00::1]',
    '[fd00:ec2::254]',
    '[FD00:EC2::254]',
    '[fd20:ce::254]',
    '[fe80::1]',
    '[fe80::a9fe:a9fe]',
  ],
  ...[
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[ff01::1]',
    '[100::1]',
    '[100:0:0:1::1]',
    '[2001:2::1]',
    '[2001:10::1]',
  ],
  ...['[2001:20::1]', '[2001:db8::1]', '[3fff::1]', '[5f00::1]', '[4000::1]', '[e000::1]'],
  // names
  ...[
    'localhost',
    'LOCALHOST',
    'LocalHost.',
    'localhost.',
    'ｌｏｃａｌｈｏｓｔ',
    'ⓛocalhost',
    'loc\u00adalhost',
    'localhos%74',
  ],
  ...[
    'a.localhost',
    'a.b.localhost.',
    'printer.local',
    'db.internal',
    'metadata.google.internal',
    'metadata.google.internal.',
  ],
  ...[
    'kubernetes.default.svc.cluster.local',
    'intranet',
    'intranet.',
    'metadata',
    'ip6-localhost',
    'xn--n3h',
    'localhost..',
  ],
]

// What the URL parser itself refuses never becomes a request.
const unreadable = [
  ...[
    '127.0.0.1.1',
    '127.0.0.256',
    '0x7g.1',
    '127.0.0.08',
    '4294967296',
    '256.1',
    '1.2.3.4.5',
    '0x100000000',
    '127..0.1',
  ],
  ...[
    '[::1',
    '::1]',
    '[::1%25lo]',
    '[fe80::1%25eth0]',
    '[::1%lo]',
    '[127.0.0.1]',
    '[::ffff:127.1]',
    '[1::2::3]',
    '[::g]',
  ],
  ...[
    '[:::1]',
    '[::ffff:256.0.0.1]',
    '[::ffff:0177.0.0.1]',
    '127.0.0.1%00',
    '127.0.0.1 ',
    'a b',
    'a<b',
    '%6',
    '',
  ],
]

describe('a host that is spelled as something private reaches nothing', async () => {
  it('knows at least 150 spellings, each once', () => {
    expect(new Set(spellings).size).toBe(spellings.length)
    expect(spellings.length).toBeGreaterThanOrEqual(150)
  })

  it.each(['https', 'http'])('over %s, with its port open', async (scheme) => {
    const { port, servers } = await listenOnLoopback()
    const upstream = openClient({ exceptions: openBut(port, spellings), resolve: never })
    for (const spelling of spellings) {
      const sent = upstream.send(requestTo(`${scheme}://${spelling}:${port}/`))
      await expect(sent, spelling).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    }
    expect(servers.flatMap((server) => server.connections)).toEqual([])
  })

  it.each(unreadable)('%j is no URL', (spelling) => {
    expect(URL.canParse(`https://${spelling}:8443/`)).toBe(false)
  })
})

describe('a name that resolves to something private reaches nothing', () => {
  const publicAddresses = ['93.184.215.14', '2606:4700::1111']
  const privateAddresses = [
    ...[
      '127.0.0.1',
      '127.8.8.8',
      '::1',
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.0.1',
      '100.64.0.1',
    ],
    ...['169.254.169.254', '168.63.129.16', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1'],
    ...[
      '64:ff9b:1::127.0.0.1',
      '2002:7f00:1::',
      '2001:0:7f00:1::',
      'fd00:ec2::254',
      'fe80::1',
      'fe80::1%lo',
      '::1%lo',
    ],
    ...['2606:4700::1111%lo', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1', '3fff::1', '5f00::1'],
    // not what a resolver gives, and so not trusted: the socket might read or resolve them
    ...[
      'localhost',
      '127.1',
      '0177.0.0.1',
      '0x7f000001',
      '2130706433',
      '127.0.0.1.',
      ' 127.0.0.1',
      '[::1]',
      '',
    ],
  ]

  const answers = privateAddresses.flatMap((address) => [
    [address],
    ...publicAddresses.flatMap((other) => [
      [other, address],
      [address, other],
    ]),
  ])

  it.each(answers.map((addresses) => ({ addresses })))('$addresses', async ({ addresses }) => {
    const { port, servers } = await listenOnLoopback()
    const upstream = openClient({
      exceptions: openBut(port, ['api.example.com']),
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    })
    for (const scheme of ['https', 'http']) {
      const sent = upstream.send(requestTo(`${scheme}://api.example.com:${port}/`))
      const problem = await sent.catch((error: unknown) => error)
      expect(problem).toMatchObject({ code: 'DESTINATION_NOT_ALLOWED', status: 502 })
      // What the name resolves to is nobody's business.
      expect(String(problem)).not.toMatch(/\d|::/)
    }
    expect(servers.flatMap((server) => server.connections)).toEqual([])
  })

  it('a second answer of the resolver is never asked for: rebinding is impossible', async () => {
    const named = await listenHttp((_request, response) => response.end('the one that was checked'))
    const rebound = await listen(createServer(), '127.0.0.2', named.port)
    let resolved = 0
    const upstream = openClient({
      exceptions: {
        ...openBut(named.port, ['api.example.com']),
        allowPrivate: parseAllowPrivate('127.0.0.1/32'),
      },
      resolve: async () => [{ address: `127.0.0.${++resolved}`, family: 4 }],
    })
    const answer = await upstream.send(requestTo(`http://api.example.com:${named.port}/`))
    expect(String(await readAll(answer.body))).toBe('the one that was checked')
    expect(resolved).toBe(1)
    expect(rebound.connections).toEqual([])
  })
})

describe('an exception', () => {
  const toLoopback: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

  function listenHello() {
    return listenHttp((_request, response) => response.end('hello'))
  }

  async function get(exceptions: EgressExceptions, url: string) {
    const answer = await openClient({ exceptions, resolve: toLoopback }).send(requestTo(url))
    return String(await readAll(answer.body))
  }

  it('needs all three switches for a private address, another port and plain http', async () => {
    const { port, connections } = await listenHello()
    const allowPrivate = parseAllowPrivate('api.example.com')
    const allowPorts = parseAllowPorts(`${port}`)
    const allowHttp = parseAllowHttp(`api.example.com:${port}`)
    const url = `http://api.example.com:${port}/`
    for (const exceptions of [
      { allowPrivate, allowPorts, allowHttp: [] },
      { allowPrivate, allowPorts: [], allowHttp },
      { allowPrivate: [], allowPorts, allowHttp },
    ]) {
      await expect(get(exceptions, url)).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    }
    expect(connections).toEqual([])
    expect(await get({ allowPrivate, allowPorts, allowHttp }, url)).toBe('hello')
  })

  it('for a block holds for what a name resolves to', async () => {
    const { port } = await listenHello()
    const url = `http://api.example.com:${port}/`
    const open = openBut(port, ['api.example.com'])
    expect(await get({ ...open, allowPrivate: parseAllowPrivate('127.0.0.0/8') }, url)).toBe('hello')
    const other = { ...open, allowPrivate: parseAllowPrivate('10.0.0.0/8') }
    await expect(get(other, url)).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
  })

  it('for one tenant serves no other, not even over its pooled connection', async () => {
    const { port, connections } = await listenHello()
    const upstream = openClient({
      exceptions: {
        allowPrivate: parseAllowPrivate('acme=api.example.com'),
        allowPorts: parseAllowPorts(`${port}`),
        allowHttp: parseAllowHttp(`api.example.com:${port}`),
      },
      resolve: toLoopback,
    })
    const send = async (tenantId: string) => {
      const answer = await upstream.send(requestTo(`http://api.example.com:${port}/`, { tenantId }))
      return String(await readAll(answer.body))
    }
    expect(await send('acme')).toBe('hello')
    await setImmediate() // until the connection is back in the pool
    await expect(send('globex')).rejects.toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' })
    expect(await send('acme')).toBe('hello')
    expect(connections).toHaveLength(1)
  })

  it('for all tenants still gives each a connection of its own', async () => {
    const { port, connections } = await listenHello()
    const exceptions = { ...openBut(port, ['api.example.com']), allowPrivate: parseAllowPrivate('127.0.0.1') }
    const upstream = openClient({ exceptions, resolve: toLoopback })
    for (const tenantId of ['acme', 'globex', 'acme', 'globex']) {
      const answer = await upstream.send(requestTo(`http://api.example.com:${port}/`, { tenantId }))
      await readAll(answer.body)
      await setImmediate()
    }
    expect(connections).toHaveLength(2)
  })
})
