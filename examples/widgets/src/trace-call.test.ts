import { describe, expect, test } from 'vitest'
import { createPageApp } from './page-app.ts'
import type { TracedCall } from './trace-call.ts'

const traced: TracedCall[] = []
const app = createPageApp({
  files: { html: '', css: '', script: '' },
  proxyUrl: 'http://127.0.0.1:1',
  tenantId: 'demo',
  sessionSecret: 'a secret of at least thirty-two bytes',
  users: [{ id: '7', roles: [], profile_fields: {} }],
  trace: async (call) => {
    traced.push(call)
    return '{}'
  },
})

const ask = (body: unknown, type = 'application/json') =>
  app.request('/trace', { method: 'POST', headers: { 'Content-Type': type }, body: JSON.stringify(body) })

describe('the trace of a call', () => {
  test('is given with its overrides, repeated ones too', async () => {
    const query = [
      ['q', '--user=8'],
      ['tag', 'steel'],
      ['tag', 'set'],
    ]
    const call = { permalink: 'acme-product-search', user: '7', query }
    expect((await ask(call)).status).toBe(200)
    expect(traced.splice(0)).toEqual([{ ...call, path: [], headers: [], payload: undefined }])
  })

  test('is given of a call that writes, with its payload', async () => {
    expect((await ask({ permalink: 'acme-create-lead', user: '7', payload: '{"company":"x"}' })).status).toBe(
      200,
    )
    expect(traced.splice(0)).toMatchObject([{ permalink: 'acme-create-lead', payload: '{"company":"x"}' }])
  })

  test.each([
    ['a payload that names a file', { permalink: 'acme-create-lead', user: '7', payload: '@/etc/hosts' }],
    ['a payload of great length', { permalink: 'acme-create-lead', user: '7', payload: 'x'.repeat(5000) }],
    ['what every object has', { permalink: 'constructor', user: '7' }],
    ['a connector that does not exist', { permalink: '--help', user: '7' }],
    ['a user who does not exist', { permalink: 'acme-my-orders', user: '99' }],
    ['an override that is no text', { permalink: 'acme-my-orders', user: '7', query: [['a', 1]] }],
    [
      'an override that no argument can hold',
      { permalink: 'acme-my-orders', user: '7', query: [['a', '\0']] },
    ],
    ['overrides that are no list', { permalink: 'acme-my-orders', user: '7', query: { a: '1' } }],
    ['nothing', null],
  ])('is not given of %s', async (_, call) => {
    expect((await ask(call)).status).toBe(404)
    expect(traced).toEqual([])
  })

  test('is not given to a form of another site', async () => {
    const answer = await ask({ permalink: 'acme-my-orders', user: '7' }, 'text/plain')
    expect(answer.status).toBe(415)
    expect(traced).toEqual([])
  })
})
