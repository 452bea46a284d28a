import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AcmeApi, fileBytes, startAcmeApi } from './index.ts'

const apiKey = 'acme-test-key'
const withKey = { 'X-API-Key': apiKey }
const withBasic = { Authorization: `Basic ${Buffer.from('files:open sesame').toString('base64')}` }

let api: AcmeApi

beforeAll(async () => {
  api = await startAcmeApi({
    port: 0,
    apiKey,
    basic: { username: 'files', password: 'open sesame' },
    record: true,
  })
})
afterAll(() => api.close())
beforeEach(() => {
  api.received.length = 0
})

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${api.url}${path}`, { headers: withKey, redirect: 'manual', ...init })

async function json(path: string, init?: RequestInit): Promise<unknown> {
  return (await call(path, init)).json()
}

describe('credentials', () => {
  test.each([
    ['no key', '/v1/products', {}],
    ['a wrong key', '/v1/products', { 'X-API-Key': 'acme-test-kez' }],
    ['a key in the wrong place', `/v1/products?api_key=${apiKey}`, {}],
    ['no key for a path that does not exist', '/v1/nothing', {}],
    ['a key in the header where it belongs in the query', '/v1/rates', withKey],
    ['the right key twice in the query', `/v1/rates?api_key=${apiKey}&api_key=${apiKey}`, {}],
    ['a key where a user and password belong', '/v1/files/a.bin', withKey],
    ['a wrong password', '/v1/checksums/a.bin', { Authorization: `Basic ${btoa('files:sesame')}` }],
  ])('%s is answered with 401 and a JSON error', async (_, path, headers) => {
    const response = await call(path, { headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      error: { code: expect.stringMatching(/^invalid_/), message: expect.any(String) },
    })
  })

  test('the status needs no key and says nothing about caching', async () => {
    const response = await call('/v1/status', { headers: {} })
    expect(response.status).toBe(200)
    expect(response.headers.has('cache-control')).toBe(false)
  })
})

describe('products', () => {
  test('a search finds by text, category and every tag, in the order asked for', async () => {
    expect(await json('/v1/products?q=HAMMER')).toMatchObject({
      total: 2,
      products: [{ name: 'Ball-peen hammer' }, { name: 'Claw hammer' }],
    })
    expect(await json('/v1/products?category=garden&tag=water&tag=recycled')).toMatchObject({
      total: 1,
      products: [{ name: 'Rain barrel' }],
    })
    expect(await json('/v1/products?sort=price&limit=1')).toMatchObject({ products: [{ price_cents: 690 }] })
  })

  test('pages do not overlap and together hold the whole catalogue', async () => {
    const skus = new Set<unknown>()
    for (const offset of [0, 15, 30]) {
      const page = await json(`/v1/products?limit=15&offset=${offset}`)
      for (const { sku } of (page as { products: { sku: string }[] }).products) skus.add(sku)
    }
    expect(skus.size).toBe(40)
  })

  test.each(['limit=0', 'limit=51', 'limit=1.5', 'offset=-1', 'sort=colour'])(
    '%s is refused',
    async (query) => {
      const response = await call(`/v1/products?${query}`)
      expect(response.status).toBe(400)
      const key = query.replace(/=.*/, '')
      expect(await response.json()).toMatchObject({ error: { fields: { [key]: expect.any(String) } } })
    },
  )

  test('an answer can be kept for 30 seconds, and asked for again with its ETag', async () => {
    const first = await call('/v1/products?q=drill')
    expect(first.headers.get('cache-control')).toBe('max-age=30')
    const etag = first.headers.get('etag') ?? ''
    const again = await call('/v1/products?q=drill', {
      headers: { ...withKey, 'If-None-Match': `W/${etag}` },
    })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    const other = await call('/v1/products?q=hose', { headers: { ...withKey, 'If-None-Match': etag } })
    expect(other.status).toBe(200)
  })

  test('HEAD says whether a product exists, without a body', async () => {
    const known = await call('/v1/products/AC-101', { method: 'HEAD' })
    expect([known.status, await known.text()]).toEqual([200, ''])
    expect((await call('/v1/products/AC-999', { method: 'HEAD' })).status).toBe(404)
  })

  test('OPTIONS tells what a search can do', async () => {
    const response = await call('/v1/products', { method: 'OPTIONS' })
    expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    expect(await response.json()).toMatchObject({ max_limit: 50 })
  })

  test('a category is found by its percent-encoded name', async () => {
    expect(await json('/v1/categories/home%20%26%20kitchen')).toEqual({
      name: 'home & kitchen',
      products: 10,
    })
    expect((await call('/v1/categories/home%2Fkitchen')).status).toBe(404)
  })
})

describe('orders', () => {
  test('every user has their own orders, which no shared cache may keep', async () => {
    const ada = await call('/v1/users/7/orders')
    expect(ada.headers.get('cache-control')).toBe('private, max-age=60')
    const orders = (await ada.json()) as { orders: { id: string; total_cents: number }[] }
    expect(orders.orders.map(({ id }) => id)).toEqual(['A-1041', 'A-1077', 'A-1090'])
    expect(orders.orders[0]?.total_cents).toBe(1890 + 2 * 790)
    expect(await json('/v1/users/8/orders')).toMatchObject({ user_id: '8', orders: [{ id: 'A-1066' }] })
    expect(await json('/v1/users/nobody/orders')).toMatchObject({ orders: [] })
  })

  test('the account and tier that were sent come back, and a status filters', async () => {
    const headers = { ...withKey, 'X-Acme-Account': 'ada@example.com' }
    expect(await json('/v1/users/7/orders?tier=gold&status=open', { headers })).toMatchObject({
      account: 'ada@example.com',
      tier: 'gold',
      orders: [{ id: 'A-1090' }],
    })
  })
})

describe('leads', () => {
  const send = (method: string, path: string, payload: unknown) =>
    call(path, {
      method,
      headers: { ...withKey, 'Content-Type': 'application/json' },
      body: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })

  test('a lead is created, read, replaced, changed and removed', async () => {
    const created = await send('POST', '/v1/leads', { company: 'Globex', email: 'h@globex.example' })
    expect(created.status).toBe(201)
    const location = created.headers.get('location') ?? ''
    expect(location).toMatch(/^\/v1\/leads\/lead-\d+$/)
    expect(await json(location)).toMatchObject({ company: 'Globex', note: '' })

    await send('PUT', location, { company: 'Initech', email: 'b@initech.example', note: 'call back' })
    expect(await json(location)).toMatchObject({ company: 'Initech', note: 'call back' })
    const changed = await send('PATCH', location, { note: 'called' })
    expect(await changed.json()).toMatchObject({ company: 'Initech', note: 'called' })

    expect((await call(location, { method: 'DELETE' })).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await call(location, { method })).status).toBe(404)
    expect((await send('PUT', location, {})).status).toBe(404)
    expect((await send('PATCH', location, {})).status).toBe(404)
  })

  test.each([
    ['no JSON', '{"company":', ['company', 'email']],
    ['a list', [], ['company', 'email']],
    ['null', null, ['company', 'email']],
    ['an empty company', { company: ' ', email: 'a@b.example' }, ['company']],
    ['a company that is no text', { company: 1, email: 'a@b.example' }, ['company']],
    ['no email', { company: 'A', email: 'a b' }, ['email']],
    ['a long note', { company: 'A', email: 'a@b.example', note: 'n'.repeat(2001) }, ['note']],
  ])('%s is refused with 422, and every wrong field is named', async (_, payload, wrong) => {
    const response = await send('POST', '/v1/leads', payload)
    expect(response.status).toBe(422)
    const { error } = (await response.json()) as { error: { code: string; fields: object } }
    expect([error.code, Object.keys(error.fields)]).toEqual(['invalid_lead', wrong])
  })

  test('a change cannot move a lead to another id', async () => {
    const created = await send('POST', '/v1/leads', { company: 'Globex', email: 'h@globex.example' })
    const { id } = (await created.json()) as { id: string }
    const changed = await send('PATCH', `/v1/leads/${id}`, { id: 'lead-0' })
    expect(await changed.json()).toMatchObject({ id })
  })
})

describe('files', () => {
  test('5 MB that are sent come back as their length and checksum', async () => {
    const bytes = fileBytes('photo', 5_000_000)
    const response = await call('/v1/files/photo.png', {
      method: 'PUT',
      headers: { ...withBasic, 'Content-Type': 'image/png' },
      body: bytes,
    })
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({
      name: 'photo.png',
      content_type: 'image/png',
      length: 5_000_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
  })

  test('a download has the length asked for, always the same bytes, and the announced checksum', async () => {
    const path = 'reports/2026/q3.bin?bytes=10485760'
    const response = await call(`/v1/files/${path}`, { headers: withBasic })
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(response.headers.get('content-length')).toBe('10485760')
    expect(Buffer.compare(bytes, fileBytes('reports/2026/q3.bin', 10_485_760))).toBe(0)
    expect(await json(`/v1/checksums/${path}`, { headers: withBasic })).toMatchObject({
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
    expect(new Set(fileBytes('a', 65_536)).size).toBe(256)
    expect(Buffer.compare(fileBytes('a', 64), fileBytes('b', 64))).not.toBe(0)
  })

  test('a download of more than 10 MiB is refused', async () => {
    expect((await call('/v1/files/a?bytes=10485761', { headers: withBasic })).status).toBe(400)
  })
})

describe('trade', () => {
  test('each region has its own warehouse, and an unknown one has none', async () => {
    expect(await json('/v1/warehouses/eu/stock?sku=AC-101&changed_since=12')).toEqual({
      city: 'Rotterdam',
      changed_since: 12,
      stock: [{ sku: 'AC-101', pieces: 25 }],
    })
    expect((await call('/v1/warehouses/moon/stock')).status).toBe(404)
  })

  test('exchange rates take their key in the query and any symbols beside it', async () => {
    const path = `/v1/rates?api_key=${apiKey}&symbol=USD&symbol=PLN`
    expect(await json(path, { headers: {} })).toEqual({ base: 'EUR', rates: { USD: 1.08, PLN: 4.25 } })
  })
})

describe('faults', () => {
  test('the slow answer comes when its time is over', async () => {
    const begun = performance.now()
    expect(await json('/v1/slow?ms=150')).toEqual({ waited_ms: 150 })
    expect(performance.now() - begun).toBeGreaterThan(140)
  })

  test('the broken answer is 503 with a time to come back, or 500', async () => {
    const broken = await call('/v1/broken')
    expect([broken.status, broken.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await broken.json()).toMatchObject({ error: { code: 'stuck_gear' } })
    expect((await call('/v1/broken?status=500')).status).toBe(500)
  })

  test('the old catalogue points to the products with its query, and another page elsewhere', async () => {
    const moved = await call('/v1/catalogue?q=saw')
    expect([moved.status, moved.headers.get('location')]).toEqual([308, '/v1/products?q=saw'])
    expect((await call('/v1/moved-away')).headers.get('location')).toBe(
      'https://elsewhere.example/v1/products',
    )
  })

  test('the stream comes in pieces and without a length', async () => {
    const response = await call('/v1/stream?lines=3&every_ms=5')
    expect(response.headers.has('content-length')).toBe(false)
    expect(await response.text()).toBe('{"line":1}\n{"line":2}\n{"line":3}\n')
  })
})

describe('the record', () => {
  test('a request is recorded as it stood on the socket: raw target, header case and order, body bytes', async () => {
    const body = Buffer.from([0, 0xff, 0x0d, 0x0a, 0x80])
    await putRaw('/v1/files/a%2Fb?x=%7B%7B&&x=1', ['X-odd-CASE', 'one', 'x-ODD-case', 'two'], body)
    const [recorded] = api.received
    expect(recorded).toMatchObject({ method: 'PUT', url: '/v1/files/a%2Fb?x=%7B%7B&&x=1', complete: true })
    expect(recorded?.headers).toEqual(
      expect.arrayContaining([
        ['X-odd-CASE', 'one'],
        ['x-ODD-case', 'two'],
      ]),
    )
    expect(recorded?.body.equals(body)).toBe(true)
  })

  test('a body that the API never reads is recorded too', async () => {
    await call('/v1/leads', { method: 'POST', headers: {}, body: 'unread' })
    await expect.poll(() => api.received[0]?.outcome).toBe('answered')
    expect(api.received[0]?.body.toString()).toBe('unread')
  })

  test('a request that breaks off is there, incomplete and given up', async () => {
    const sending = request(`${api.url}/v1/files/half.bin`, {
      method: 'PUT',
      headers: { ...withBasic, 'Content-Length': '100' },
    })
    sending.on('error', () => {})
    sending.write('half')
    await expect.poll(() => api.received[0]?.body.toString()).toBe('half')
    expect(api.received[0]?.outcome).toBe('open')
    sending.destroy()
    await expect.poll(() => api.received[0]?.outcome).toBe('aborted')
    expect(api.received[0]?.complete).toBe(false)
  })

  test('nothing is recorded unless asked for', async () => {
    const quiet = await startAcmeApi({ port: 0, apiKey, basic: { username: 'u', password: 'p' } })
    expect((await fetch(`${quiet.url}/v1/status`)).status).toBe(200)
    expect(quiet.received).toEqual([])
    await quiet.close()
  })
})

test('a port that is taken is an error of the one who starts, not a crash', async () => {
  const port = Number(new URL(api.url).port)
  await expect(startAcmeApi({ port, apiKey, basic: { username: 'u', password: 'p' } })).rejects.toMatchObject(
    {
      code: 'EADDRINUSE',
    },
  )
})

function putRaw(path: string, rawHeaders: readonly string[], body: Buffer): Promise<void> {
  const { port, hostname } = new URL(api.url)
  return new Promise((resolve, reject) => {
    const headers = ['Host', hostname, 'Authorization', withBasic.Authorization, ...rawHeaders]
    const sending = request({ port, hostname, method: 'PUT', path, headers }, (response) => {
      response.resume().once('end', resolve)
    })
    sending.once('error', reject)
    sending.end(body)
  })
}
