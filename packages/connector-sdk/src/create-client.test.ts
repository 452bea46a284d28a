import { decodePairs } from '@sluice/connector-schema/wire'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectorBoundaryError, createConnectorClient, type Manifest } from './index.ts'
import { json, type RecordingServer, startRecordingServer } from './testing/recording-server.ts'
import { manifest } from './testing/sample-manifest.ts'

let server: RecordingServer
beforeAll(async () => {
  server = await startRecordingServer()
})
beforeEach(() => {
  server.received.length = 0
  server.answer = (response) => json(response, { ok: true })
})
afterAll(() => server.close())

const client = () => createConnectorClient({ baseUrl: server.baseUrl, manifest })
const only = () => {
  expect(server.received).toHaveLength(1)
  return server.received[0] ?? expect.unreachable()
}

describe('what the proxy receives', () => {
  it('is the method of the connector, whatever it is', async () => {
    const { callConnector } = client()
    await callConnector('bare')
    await callConnector('probe')
    await callConnector('ask')
    await callConnector('create')
    await callConnector('replace')
    await callConnector('change')
    await callConnector('remove')
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /connectors/bare/execute',
      'HEAD /connectors/probe/execute',
      'OPTIONS /connectors/ask/execute',
      'POST /connectors/create/execute',
      'PUT /connectors/replace/execute',
      'PATCH /connectors/change/execute',
      'DELETE /connectors/remove/execute',
    ])
  })

  it('is the query in the URL: repeated keys, numbers and booleans as text, `undefined` left out', async () => {
    await client().callConnector('search', {
      query: { q: 'a b&c=d+é', limit: 20, flag: false, tag: ['xx', 'yy'], any: [], sort: undefined },
    })
    const query = only().url.split('?')[1] ?? ''
    expect(decodePairs(query)).toEqual([
      ['q', 'a b&c=d+é'],
      ['limit', '20'],
      ['flag', 'false'],
      ['tag', 'xx'],
      ['tag', 'yy'],
    ])
  })

  it('is path and header overrides in their own headers, spelled as the manifest spells them', async () => {
    await client().callConnector('idea-endorsements', { path: { idea_id: 42, lang: 'pl/é' } })
    await client().callConnector('search', { headers: { Accept: 'text/plain, */*' } })
    expect(decodePairs(String(server.received[0]?.headers['x-path-params']))).toEqual([
      ['idea_id', '42'],
      ['lang', 'pl/é'],
    ])
    expect(decodePairs(String(server.received[1]?.headers['x-header-params']))).toEqual([
      ['Accept', 'text/plain, */*'],
    ])
    expect(server.received[1]?.headers.accept).toBe('*/*')
    expect(server.received[1]?.headers).not.toHaveProperty('x-path-params')
  })

  it('carries no line break from a header override, only its encoding', async () => {
    await client().callConnector('search', { headers: { Accept: 'a\r\nX-Evil: 1' } })
    expect(only().headers['x-header-params']).toBe('Accept=a%0D%0AX-Evil%3A+1')
    expect(only().headers).not.toHaveProperty('x-evil')
  })

  it('keeps unlisted query keys where the connector allows them', async () => {
    await client().callConnector('open', { query: { q: 1, other: 'x' } })
    expect(only().url).toBe('/connectors/open/execute?q=1&other=x')
  })

  it('lies under the base path, with or without a slash, without its query', async () => {
    for (const path of ['/base/v1', '/base/v1/', '/base/v1?x=1#y']) {
      await createConnectorClient({ baseUrl: server.baseUrl + path }).callConnector('any')
    }
    await createConnectorClient({ baseUrl: new URL(server.baseUrl) }).callConnector('any')
    expect(server.received.map(({ url }) => url)).toEqual([
      ...Array(3).fill('/base/v1/connectors/any/execute'),
      '/connectors/any/execute',
    ])
  })

  it('is, without a manifest, POST where there is a payload, else GET, with any keys', async () => {
    const { callConnector } = createConnectorClient({ baseUrl: server.baseUrl })
    await callConnector('any', { query: { a: [1, 2] }, headers: { b: 'x' }, path: { c: true } })
    await callConnector('any', { payload: '' })
    expect(server.received[0]).toMatchObject({ method: 'GET', url: '/connectors/any/execute?a=1&a=2' })
    expect(server.received[0]?.headers).toMatchObject({ 'x-header-params': 'b=x', 'x-path-params': 'c=true' })
    expect(server.received[1]).toMatchObject({ method: 'POST', url: '/connectors/any/execute' })
  })

  it('has the headers of the client as they are, never as overrides', async () => {
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', Accept: 'x/y' }
    const { callConnector } = createConnectorClient({ baseUrl: server.baseUrl, manifest, headers })
    await callConnector('search', { query: { q: 'x' } })
    expect(only().headers).toMatchObject({ traceparent: headers.traceparent, accept: 'x/y' })
    expect(only().headers).not.toHaveProperty('x-header-params')
  })
})

describe('a payload', () => {
  const sent = async (payload: NonNullable<unknown> | null) => {
    await client().callConnector('create', { payload })
    const { headers, body } = only()
    return { type: headers['content-type'], text: body.toString(), body }
  }

  it.each([{ company: 'Acmé' }, [1, 'a'], null, 7, false])('that is %o goes as JSON', async (payload) => {
    expect(await sent(payload)).toMatchObject({ type: 'application/json', text: JSON.stringify(payload) })
  })

  it('that is text goes as text', async () => {
    expect(await sent('a=b')).toMatchObject({ type: 'text/plain;charset=UTF-8', text: 'a=b' })
  })

  it('that is a form goes as a form', async () => {
    expect(await sent(new URLSearchParams({ a: 'b c' }))).toMatchObject({
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      text: 'a=b+c',
    })
    server.received.length = 0
    const form = new FormData()
    form.set('file', new File(['bytes'], 'a.txt'))
    const multipart = await sent(form)
    expect(multipart.type).toMatch(/^multipart\/form-data; boundary=/)
    expect(multipart.text).toContain('filename="a.txt"')
  })

  it('of bytes goes byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256)
    const kinds = [
      bytes,
      bytes.buffer,
      new DataView(bytes.buffer),
      new Blob([bytes]),
      new Blob([bytes]).stream(),
    ]
    for (const payload of kinds) {
      server.received.length = 0
      expect((await sent(payload)).body.equals(bytes)).toBe(true)
    }
  })

  it('is what it was when it was checked, not what a getter makes of it later', async () => {
    let reads = 0
    const query = {
      get q() {
        return ++reads === 1 ? 'first' : 'second'
      },
    }
    await client().callConnector('search', { query })
    expect(only().url).toBe('/connectors/search/execute?q=first')
  })
})

describe('createConnectorClient', () => {
  it.each([
    [{}, 'INVALID_OPTION', /baseUrl/],
    [{ baseUrl: undefined }, 'INVALID_OPTION', /baseUrl/],
    [{ baseUrl: '/relative' }, 'INVALID_OPTION', /baseUrl/],
    [{ baseUrl: 'localhost:8787' }, 'INVALID_OPTION', /baseUrl/],
    [{ baseUrl: 'ftp://a.example' }, 'INVALID_OPTION', /baseUrl/],
    [{ baseUrl: 'https://user:pass@a.example' }, 'INVALID_OPTION', /baseUrl/],
    [{ baseUrl: 'https://a.example', session: 'token' }, 'INVALID_OPTION', /session/],
    [{ baseUrl: 'https://a.example', manifest: { version: 2 } }, 'INVALID_OPTION', /manifest/],
    [{ baseUrl: 'https://a.example', manifest: 'x' }, 'INVALID_OPTION', /manifest/],
    [{ baseUrl: 'https://a.example', fetch }, 'UNKNOWN_OPTION', /fetch/],
    [{ baseurl: 'https://a.example' }, 'UNKNOWN_OPTION', /did you mean `baseUrl`\?/],
    [{ baseUrl: 'https://a.example', headers: { 'X-Path-Params': 'a=b' } }, 'INVALID_OPTION', /headers/],
    [{ baseUrl: 'https://a.example', headers: { 'x-header-params': 'a=b' } }, 'INVALID_OPTION', /headers/],
    [{ baseUrl: 'https://a.example', headers: { AUTHORIZATION: 'Bearer x' } }, 'INVALID_OPTION', /headers/],
    [{ baseUrl: 'https://a.example', headers: { 'bad name': 'x' } }, 'INVALID_OPTION', /headers/],
    [{ baseUrl: 'https://a.example', headers: { a: 'x\r\ny' } }, 'INVALID_OPTION', /headers/],
    [{ baseUrl: 'https://a.example', headers: [['x-path-params', 'a=b']] }, 'INVALID_OPTION', /headers/],
    [undefined, 'INVALID_OPTION', /baseUrl/],
  ])('refuses %o', (input, code, message) => {
    const create = createConnectorClient as (options: unknown) => unknown
    const attempt = () => create(input)
    expect(attempt).toThrow(ConnectorBoundaryError)
    expect(attempt).toThrow(expect.objectContaining({ code, permalink: undefined }))
    expect(attempt).toThrow(message)
  })

  it('resolves a relative base against the page', async () => {
    vi.stubGlobal('location', { href: `${server.baseUrl}/app/page.html?x#y` })
    const { callConnector } = createConnectorClient({ baseUrl: '/api' })
    vi.unstubAllGlobals()
    await callConnector('any')
    expect(only().url).toBe('/api/connectors/any/execute')
  })

  it('looks connectors up among the manifest’s own, even when JSON put a prototype name there', async () => {
    const parsed = JSON.parse(JSON.stringify(manifest).replace('"bare"', '"__proto__"')) as Manifest
    const { callConnector } = createConnectorClient({ baseUrl: server.baseUrl, manifest: parsed })
    await expect(callConnector('query')).rejects.toMatchObject({ code: 'UNKNOWN_CONNECTOR' })
    await expect(callConnector('method')).rejects.toMatchObject({ code: 'UNKNOWN_CONNECTOR' })
    expect(server.received).toEqual([])
  })
})
