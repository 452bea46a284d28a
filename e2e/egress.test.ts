/** G4 through the whole proxy: a listener on loopback that nothing may reach, however its address is written. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

let listeners: readonly Server[]
let port = 0
let connections = 0
let sluice: SluiceDev

/** 127.0.0.1 and other places that are nobody's business, in the spellings that URL parsers understand. */
const hosts = [
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '017700000001', '0x7f000001', '0x7f.1', '0x7f.0.0.1'],
  ...[
    '0177.0.0.1',
    '0177.0.1',
    '127.0.0.1.',
    '127.0.0.2',
    '127.255.255.254',
    '0',
    '0.0.0.0',
    '0x0',
    '00.0.0.0',
  ],
  ...['１２７.０.０.１', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1', '0X7F.0.0.1', '127.0x0.0.1'],
  ...['localhost', 'LOCALHOST', 'localhost.', 'ｌocalhost', 'foo.localhost', 'a.b.localhost.', 'loc%61lhost'],
  ...[
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
  ],
  ...[
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2002:7f00:1::1]',
  ],
  ...[
    '[2001:0:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:80ff:fffe]',
    '[::ffff:0:127.0.0.1]',
    '[0:0:0:0:0:ffff:7f00:0001]',
  ],
  ...[
    '[fe80::1]',
    '[fc00::1]',
    '[fd00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[100::1]',
    '[fec0::1]',
  ],
  ...[
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.254',
    '192.168.0.1',
    '192.168.255.254',
    '3232235521',
  ],
  ...[
    '169.254.169.254',
    '169.254.0.1',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '[::ffff:169.254.169.254]',
  ],
  ...[
    '100.64.0.1',
    '100.127.255.254',
    '100.100.100.200',
    '168.63.129.16',
    '[::ffff:168.63.129.16]',
    '192.0.0.192',
  ],
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '198.19.255.254', '192.88.99.1', '224.0.0.1'],
  ...[
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '192.0.0.1',
    '192.0.0.8',
    '0.1.2.3',
    '[5f00::1]',
    '[3fff::1]',
  ],
  ...[
    'intranet',
    'db',
    'metadata.google.internal',
    'a.internal',
    'printer.local',
    'PRINTER.LOCAL.',
    'internal.',
  ],
  ...[
    '[2001:2::1]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[64:ff9b::10.0.0.1]',
    '[2002:a00:1::]',
    '[::ffff:10.0.0.1]',
  ],
]

beforeAll(async () => {
  const first = await listenOn('127.0.0.1', 0)
  const address = first.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  const second = await listenOn('::1', port).catch(() => undefined)
  listeners = second === undefined ? [first] : [first, second]
  const variables = Object.fromEntries(hosts.map((host, n) => [`host_${n}`, `${host}:${port}`]))
  sluice = await startSluiceDev({
    registry: {
      connectors: hosts.flatMap((_, n) => [
        { name: `Https ${n}`, url: `https://{{ get_variable('host_${n}') }}/x`, timeout_ms: 2000 },
        { name: `Origin ${n}`, url: `{{ get_variable('origin_${n}') }}/x`, timeout_ms: 2000 },
      ]),
    },
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      variables: {
        ...variables,
        ...Object.fromEntries(hosts.map((host, n) => [`origin_${n}`, `https://${host}:${port}`])),
      },
      // Another port of the same host is open; that must not help.
      allow_upstreams: ['127.0.0.1:1', 'localhost:1', '[::1]:1'],
    },
    // The port is open to everybody, so that only the address can be what is refused.
    env: { SLUICE_EGRESS_ALLOW_PORTS: String(port) },
  })
})

afterAll(async () => {
  await sluice?.stop()
  for (const listener of listeners ?? []) listener.close()
})

async function listenOn(host: string, on: number): Promise<Server> {
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  server.listen(on, host)
  await once(server, 'listening')
  return server
}

test('there are at least a hundred cases', () => {
  expect(new Set(hosts).size).toBeGreaterThanOrEqual(100)
})

describe.each(['https', 'origin'])('as %s', (kind) => {
  test.each(hosts.map((host, n) => [host, n] as const))('%s is not allowed', async (_, n) => {
    const target = `/connectors/${kind}-${n}/execute`
    const answer = await wireCall(sluice.url, { target, headers: [await bearer()] })
    expect(answer.json()).toMatchObject({ status: 502, code: 'DESTINATION_NOT_ALLOWED' })
    expect(connections).toBe(0)
  })
})

test('a literal destination is refused when it is saved', async () => {
  const literal = { name: 'Literal', url: 'https://169.254.169.254/latest/meta-data' }
  const after = sluice.printed().split('\n').length
  await sluice.write('registry', { connectors: [literal, { name: 'Http', url: 'http://api.example.com/' }] })
  await sluice.saw(/connectors\[1\]\.url/, after)
  expect(sluice.printed()).toMatch(/DESTINATION_NOT_ALLOWED\n {2}connectors\[0\]\.url/)
})

test('the listener is there to be reached: with an exception it is', async () => {
  const open = await startSluiceDev({
    registry: { connectors: [{ name: 'Excepted', url: `https://127.0.0.1:${port}/x`, timeout_ms: 2000 }] },
    config: { tenant_id: 'demo', session_secret: sessionSecret, allow_upstreams: [`127.0.0.1:${port}`] },
  })
  const answer = await wireCall(open.url, {
    target: '/connectors/excepted/execute',
    headers: [await bearer()],
  })
  await open.stop()
  expect(answer.json()).toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
  expect(connections).toBe(1)
})
