/** A widget as its author tests it: drawn, typed into and read, with the SDK real and the connectors mocked. */
import { connectorHandlers, connectorProblem } from '@sluice/connector-testing'
import { Window } from 'happy-dom'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { manifest } from '../../connectors.gen.ts'
import { createClients } from '../client.ts'
import { mountProductSearch } from './product-search.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.resetHandlers()
  vi.unstubAllGlobals()
})
afterAll(() => server.close())

const anvil = { name: 'Anvil, 25 kg', category: 'tools', price_cents: 18_900, stock: 3 }

/** The widget on a page, whose network is Node's own. */
function mount(): HTMLElement {
  const page = new Window()
  vi.stubGlobal('document', page.document)
  vi.stubGlobal('Event', page.Event)
  const { fetch } = globalThis
  // The page asks its own server for a session.
  vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) =>
    input === '/session?user=7' ? Response.json({ token: 'token', expires_in: 300 }) : fetch(input, init),
  )
  const { client } = createClients({ proxy_url: 'https://connect.example.com', users: [] }, '7')
  const { root } = mountProductSearch(client)
  document.body.append(root)
  return root
}

const has = (root: HTMLElement, state: string) => expect.poll(() => root.dataset.state).toBe(state)

function search(root: HTMLElement, text: string, tags: readonly string[] = []): void {
  const field = root.querySelector<HTMLInputElement>('input[name="q"]')
  if (field !== null) field.value = text
  for (const tag of tags) root.querySelector<HTMLInputElement>(`input[value="${tag}"]`)?.click()
  root.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
}

test('what is typed and ticked reaches the connector, and what it answers is shown', async () => {
  const asked: unknown[] = []
  const mocks = {
    'acme-product-search': ({ query }: { readonly query: object }) => {
      asked.push(query)
      return { total: 40, products: [anvil] }
    },
  }
  server.use(...connectorHandlers(manifest, mocks))
  const root = mount()
  await has(root, 'data')
  search(root, 'anvil', ['steel', 'set'])
  await expect.poll(() => asked.length).toBe(2)
  await has(root, 'data')
  expect(asked[1]).toEqual({ q: 'anvil', tag: ['steel', 'set'], limit: 8 })
  expect(root.querySelector('tbody')?.textContent).toContain('Anvil, 25 kg')
  expect(root.querySelector('tbody')?.textContent).toContain('€189.00')
  expect(root.querySelector('[data-field="total"]')?.textContent).toBe('1 of 40 shown')
})

test('an answer is text, whatever it holds', async () => {
  const products = [{ ...anvil, name: '<img src=x onerror=alert(1)>' }]
  server.use(...connectorHandlers(manifest, { 'acme-product-search': () => ({ total: 1, products }) }))
  const root = mount()
  await has(root, 'data')
  expect(root.querySelector('img')).toBeNull()
  expect(root.querySelector('tbody')?.textContent).toContain('<img src=x')
})

test('nothing found is said', async () => {
  server.use(...connectorHandlers(manifest, { 'acme-product-search': () => ({ total: 0, products: [] }) }))
  const root = mount()
  await has(root, 'data')
  expect(root.querySelector('.output')?.textContent).toBe('Nothing found.')
})

test('a failure is shown with its code, and the next search goes on', async () => {
  let fails = true
  const mock = () => (fails ? connectorProblem('FORBIDDEN') : { total: 1, products: [anvil] })
  server.use(...connectorHandlers(manifest, { 'acme-product-search': mock }))
  const root = mount()
  await has(root, 'refused')
  expect(root.dataset.code).toBe('FORBIDDEN')
  expect(root.querySelector('.code')?.textContent).toBe('FORBIDDEN')
  fails = false
  search(root, 'anvil')
  await has(root, 'data')
  expect(root.dataset.code).toBeUndefined()
})
