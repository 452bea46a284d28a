/** What makes a stored answer invalid, through a real proxy (RFC 9111 §4.4; spec: "Invalidation"). */
import { afterEach, describe, expect, test } from 'vitest'
import { cachedApis, type Definitions, type Scripted } from '../testing/cached-api.ts'
import { bearer, compiled } from '../testing/test-proxy.ts'

const apis = cachedApis()
afterEach(apis.closeAll)

const fresh: Scripted = { headers: [['Cache-Control', 'max-age=3600']] }
const other = { url: '$api/other' }

/** Reads, does something, reads again; whether the API was asked again. */
async function isAskedAgain(definitions: Definitions, change: Scripted, method = 'POST'): Promise<boolean> {
  const api = await apis.start({ script: [fresh, change, fresh], definitions: { items: {}, ...definitions } })
  await api.call()
  await api.call({ permalink: 'change', method })
  const { body } = await api.call()
  expect(['answer 1', 'answer 3']).toContain(body)
  return body === 'answer 3'
}

describe('a call that may have changed something', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'by %s makes what is stored of its URL invalid',
    async (method) => {
      expect(await isAskedAgain({ change: { method } }, {}, method)).toBe(true)
      expect(await isAskedAgain({ change: { method } }, { status: 204 }, method)).toBe(true)
      expect(await isAskedAgain({ change: { method } }, { status: 303 }, method)).toBe(true)
    },
  )

  test.each([400, 404, 409, 500, 503])('and failed with %i changes nothing', async (status) => {
    expect(await isAskedAgain({ change: { method: 'POST' } }, { status })).toBe(false)
    expect(
      await isAskedAgain(
        { change: { method: 'POST', ...other, cache: { invalidates: ['items'] } } },
        { status },
      ),
    ).toBe(false)
  })

  test('of another URL changes nothing', async () => {
    expect(await isAskedAgain({ change: { method: 'POST', ...other } }, {})).toBe(false)
    const query = { method: 'POST', query_parameters: [{ key: 'a', value: '1' }] }
    expect(await isAskedAgain({ change: query }, {})).toBe(false)
  })

  test.each(['OPTIONS', 'HEAD'])('by %s changes nothing', async (method) => {
    expect(await isAskedAgain({ change: { method } }, {}, method)).toBe(false)
  })

  test.each(['Location', 'Content-Location'])('makes the URL that it names in %s invalid', async (name) => {
    const change = { method: 'POST', ...other }
    expect(await isAskedAgain({ change }, { status: 201, headers: [[name, '/items']] })).toBe(true)
    expect(await isAskedAgain({ change }, { status: 201, headers: [[name, 'items']] })).toBe(true)
    expect(await isAskedAgain({ change }, { status: 201, headers: [[name, '/elsewhere']] })).toBe(false)
    const foreign = { status: 201, headers: [[name, 'https://api.example.com/items']] as const }
    expect(await isAskedAgain({ change }, foreign)).toBe(false)
    expect(await isAskedAgain({ change }, { status: 400, headers: [[name, '/items']] })).toBe(false)
  })

  test('makes the connectors invalid that it lists, and no others', async () => {
    const cache = { invalidates: ['items', 'not-there-yet'] }
    expect(await isAskedAgain({ change: { method: 'POST', ...other, cache } }, {})).toBe(true)
    expect(await isAskedAgain({ change: { method: 'GET', ...other, cache } }, {}, 'GET')).toBe(true)
    const unlisted = { invalidates: ['change'] }
    expect(await isAskedAgain({ change: { method: 'POST', ...other, cache: unlisted } }, {})).toBe(false)
  })

  test('of another user makes everybody’s answers invalid', async () => {
    const definitions = {
      items: { headers: [{ key: 'X-User', value: '{{ user.id }}' }] },
      change: { method: 'POST' },
    }
    const api = await apis.start({ script: [fresh, {}, fresh], definitions })
    await api.call()
    const exp = Math.floor(Date.now() / 1000) + 1000
    await api.call({ permalink: 'change', method: 'POST', headers: await bearer({ sub: 'other', exp }) })
    expect((await api.call()).body).toBe('answer 3')
  })
})

test('a stored answer gives way before the caller hears that its change succeeded', async () => {
  const definitions = { items: {}, change: { method: 'PUT' } }
  const api = await apis.start({ script: [fresh], definitions })
  for (let round = 0; round < 20; round++) {
    await api.call()
    const before = api.received.length
    await api.call({ permalink: 'change', method: 'PUT' })
    await api.call()
    expect(api.received.length).toBe(before + 2)
  }
})

describe('an answer that was under way when something was invalidated', () => {
  const definitions = { items: {}, change: { method: 'POST' } }
  const slow = { ...fresh, delayMs: 300 }

  test('is not stored', async () => {
    const api = await apis.start({ script: [slow, {}, fresh], definitions })
    const underWay = api.call()
    await expect.poll(() => api.received.length).toBe(1)
    await api.call({ permalink: 'change', method: 'POST' })
    const answer = await underWay
    expect([answer.body, answer.headers['cache-status']]).toEqual(['answer 1', 'sluice; fwd=uri-miss'])
    expect((await api.call()).body).toBe('answer 3')
  })

  test('is nobody’s who comes after', async () => {
    const api = await apis.start({ script: [slow, {}, fresh], definitions })
    const underWay = api.call()
    await expect.poll(() => api.received.length).toBe(1)
    await api.call({ permalink: 'change', method: 'POST' })
    expect((await api.call()).body).toBe('answer 3')
    await underWay
    expect((await api.call()).body).toBe('answer 3')
  })

  test('is not stored after a 304 either', async () => {
    const short = {
      headers: [
        ['Cache-Control', 'max-age=2'],
        ['ETag', '"v1"'],
      ] as const,
    }
    const api = await apis.start({
      script: [short, { status: 304, ...fresh, delayMs: 300 }, {}, fresh],
      definitions,
    })
    await api.call()
    api.passSeconds(3)
    const underWay = api.call()
    await expect.poll(() => api.received.length).toBe(2)
    await api.call({ permalink: 'change', method: 'POST' })
    await underWay
    expect((await api.call()).body).toBe('answer 4')
  })
})

describe('a purge', () => {
  const definitions = { items: {}, others: other }
  const start = async () => {
    const api = await apis.start({ script: [fresh], definitions })
    const isAsked = async (permalink: string) => {
      const before = api.received.length
      await api.call({ permalink })
      return api.received.length > before
    }
    await isAsked('items')
    await isAsked('others')
    return { purge: api.proxy.services.purge, isAsked, host: api.host }
  }

  test('of a connector leaves the others', async () => {
    const { purge, isAsked } = await start()
    await purge([{ kind: 'connector', tenantId: 'acme', permalink: 'items' }])
    expect([await isAsked('items'), await isAsked('others')]).toEqual([true, false])
  })

  test('of a URL leaves the others', async () => {
    const { purge, isAsked, host } = await start()
    await purge([{ kind: 'url', tenantId: 'acme', url: `http://${host}/other` }])
    expect([await isAsked('items'), await isAsked('others')]).toEqual([false, true])
  })

  test('of a tenant leaves nothing of it, and everything of another', async () => {
    const { purge, isAsked } = await start()
    await purge([{ kind: 'tenant', tenantId: 'umbrella' }])
    expect([await isAsked('items'), await isAsked('others')]).toEqual([false, false])
    await purge([{ kind: 'tenant', tenantId: 'acme' }])
    expect([await isAsked('items'), await isAsked('others')]).toEqual([true, true])
  })
})

test('a revision finds nothing that another stored, nor what it stored itself before it was replaced', async () => {
  const api = await apis.start({ script: [fresh] })
  const revision = (name: string) => compiled({ name, permalink: 'items', url: `http://${api.host}/items` })
  const [one, two] = [revision('One'), revision('Two')]
  const { connectors } = api.proxy.services
  const bodies: string[] = []
  for (const current of [one, one, two, one]) {
    connectors.replace('acme', [current])
    bodies.push((await api.call()).body)
  }
  expect(bodies).toEqual(['answer 1', 'answer 1', 'answer 2', 'answer 3'])
})
