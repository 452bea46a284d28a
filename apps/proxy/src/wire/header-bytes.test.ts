/** Header bytes are passed as they came (spec: "Bodies", header bytes), whatever writes the response. */
import { afterEach, describe, expect, test } from 'vitest'
import { response, startRawApi } from '../testing/raw-api.ts'
import { openRaw, rawRequest, splitResponse } from '../testing/raw-call.ts'
import { type WireOptions, wires } from '../testing/wire-proxy.ts'

const { start, closeAll } = wires()
afterEach(closeAll)

const template = { response_body: '{"a": {{ response.status_code }}}' }

type Definition = NonNullable<WireOptions['definition']>

/** The ways in which a response is written. */
const ways: Readonly<Record<string, Definition>> = {
  'pass-through': {},
  'response template': template,
  stored: { cache: { enabled: true, ttl_seconds: 60, invalidates: [] } },
  'stored behind a template': { ...template, cache: { enabled: true, ttl_seconds: 60, invalidates: [] } },
}

/** The line of a header as a caller gets it, from the first response and from one that may be stored. */
async function lines([name, value]: readonly [string, string], definition: Definition, status = '200 OK') {
  const api = await startRawApi((socket) =>
    socket.write(response('{}', `${name}: ${value}\r\n`, status), 'latin1'),
  )
  const { proxy, target, authorization } = await start(api, { definition })
  const found: (string | undefined)[] = []
  for (let call = 0; call < 2; call++) {
    const { head } = splitResponse(
      await openRaw(proxy.url, rawRequest(target, { Authorization: authorization })).ended,
    )
    const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}: `))
    found.push(line?.slice(name.length + 2) ?? /x-connector-error: (\w+)/i.exec(head)?.[1])
  }
  return found
}

const utf8 = Buffer.from('attachment; filename=報告.json', 'utf8').toString('latin1')
const latin1 = 'attachment; filename=caf\xe9.json'

describe.each(Object.entries(ways))('%s', (_name, definition) => {
  test.each([utf8, latin1])('Content-Disposition %j arrives byte for byte', async (value) => {
    expect(await lines(['Content-Disposition', value], definition)).toEqual([value, value])
  })

  test.each([
    'Content-Disposition',
    'X-Anything',
    'Link',
    'Content-Language',
    'Retry-After',
    'X-RateLimit-Limit',
  ])('%s: every byte that a value may have arrives as it came', async (name) => {
    const bytes = Array.from({ length: 0x100 - 0x20 }, (_, index) => index + 0x20).filter(
      (byte) => byte !== 0x7f,
    )
    const value = `a\t${String.fromCharCode(...bytes)}z`
    expect(await lines([name, value], definition)).toEqual([value, value])
  })

  test('a byte that no value may have is the API’s fault, and says so', async () => {
    const controls = Array.from({ length: 0x20 }, (_, byte) => byte).filter(
      // A tab is text; CR and LF end the line.
      (byte) => byte !== 0x09 && byte !== 0x0a && byte !== 0x0d,
    )
    for (const byte of [...controls.filter((_, index) => index % 7 === 0), 0x7f]) {
      const value = `a${String.fromCharCode(byte)}b`
      expect(new Set(await lines(['X-Anything', value], definition))).toEqual(
        new Set(['UPSTREAM_PROTOCOL_ERROR']),
      )
    }
  })
})

test.each(['404 Not Found', '503 Service Unavailable', '201 Created'])(
  'with status %s as well',
  async (status) => {
    for (const definition of Object.values(ways)) {
      expect(await lines(['Content-Disposition', utf8], definition, status)).toEqual([utf8, utf8])
    }
  },
)
