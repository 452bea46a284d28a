/** Every message says what to write instead. */
import { expect, test } from 'vitest'
import { parseRegistry } from './registry.ts'

const one = (change: object) => ({
  connectors: [{ name: 'One', url: 'https://api.example.com/', ...change }],
})
const api_key = { type: 'api_key', config: { key: 'X-Key', value: 'v' } }
const in_query = { type: 'api_key', config: { key: 'key', value: 'v', in: 'query' } }
const row = (more: object = {}) => ({ key: 'a', value: 'v', overridable: true, ...more })

const remedy =
  /; (?:write|remove|add|set|exchange)\b|did you mean|must be|may be at most|needs `type`|set `overridable`/

test.each<[string, unknown]>([
  ['no registry', []],
  ['a registry with an unknown key', { ...one({}), zzzzzzzz: 1 }],
  ['no definition', { connectors: ['x'] }],
  ['no name', { connectors: [{ url: 'https://api.example.com/' }] }],
  ['an empty name', one({ name: '' })],
  ['a name too long', one({ name: 'x'.repeat(256) })],
  ['a name that derives to nothing', one({ name: '…' })],
  ['a permalink of two', { connectors: [...one({}).connectors, ...one({}).connectors] }],
  ['a bad permalink', one({ permalink: 'A B' })],
  ['a wrong type', one({ method: 7 })],
  ['a wrong choice', one({ method: 'FETCH' })],
  ['an unknown key', one({ zzzzzzzzz: 1 })],
  ['a near key', one({ metod: 'GET' })],
  ['no header name', one({ headers: [row({ key: 'a b' })] })],
  ['a refused header', one({ headers: [row({ key: 'Host' })] })],
  ['a conditional header', one({ headers: [row({ key: 'Range' })] })],
  ['the header of the credential', one({ headers: [row({ key: 'x-key' })], authentication: api_key })],
  ['a header twice', one({ headers: [row(), row({ key: 'A' })] })],
  [
    'an overridable content type',
    one({ method: 'POST', request_body: '{}', headers: [row({ key: 'Content-Type' })] }),
  ],
  ['a query key twice', one({ query_parameters: [row(), row()] })],
  [
    'the query key of the credential',
    one({ query_parameters: [row({ key: 'key' })], authentication: in_query }),
  ],
  ['a path parameter twice', one({ path_parameters: [{ key: 'a' }, { key: 'a' }] })],
  ['a templated default', one({ path_parameters: [{ key: 'a', value: '{{ user.id }}' }] })],
  ['a path parameter of nobody', one({ path_parameters: [{ key: 'a', overridable: false }] })],
  ['a body on GET', one({ request_body: 'x' })],
  ['constraints of nobody', one({ query_parameters: [row({ overridable: false, constraints: {} })] })],
  [
    'lengths the wrong way',
    one({ query_parameters: [row({ constraints: { min_length: 2, max_length: 1 } })] }),
  ],
  [
    'bounds the wrong way',
    one({ query_parameters: [row({ constraints: { type: 'number', minimum: 2, maximum: 1 } })] }),
  ],
  ['bounds of a text', one({ query_parameters: [row({ constraints: { minimum: 2 } })] })],
  ['a pattern that RE2 has not', one({ query_parameters: [row({ constraints: { pattern: '(?=a)' } })] })],
  ['an unknown authentication', one({ authentication: { type: 'magic' } })],
  ['a timeout too long', one({ timeout_ms: 1_000_000 })],
  ['a redirect host that is none', one({ redirect_hosts: ['https://x'] })],
  ['a content type that is none', one({ response_content_type: 'x' })],
])('%s', (_, input) => {
  const { errors, warnings } = parseRegistry(input)
  const messages = [...errors, ...warnings].map(({ message }) => message)
  expect(messages).not.toEqual([])
  expect(messages.filter((message) => !remedy.test(message))).toEqual([])
})
