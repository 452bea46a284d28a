import type { SecretPlace } from '@sluice/connector-schema/configuration'
import { expect, test } from 'vitest'
import { compileRegistry, type RegistryOptions } from './compile-registry.ts'

const url = 'https://api.example.com/'

function compile(connectors: readonly unknown[], options: Partial<RegistryOptions> = {}) {
  const { connectors: compiled, ...found } = compileRegistry({ connectors }, { tenantId: 'acme', ...options })
  const said = (issues: typeof found.errors) => issues.map(({ path, code }) => `${path} ${code}`)
  return {
    permalinks: compiled.map(({ permalink }) => permalink),
    count: found.count,
    errors: said(found.errors),
    warnings: said(found.warnings),
  }
}

test('a registry compiles to its connectors in their order', () => {
  expect(
    compile([
      { name: 'Two', url },
      { name: 'One', url },
    ]),
  ).toEqual({
    permalinks: ['two', 'one'],
    count: 2,
    errors: [],
    warnings: [],
  })
})

test('every error of every connector is told at once, and nothing is compiled (G6)', () => {
  const broken = { name: 'B', url: `${url}{{ pathParams.x }}`, method: 'SEND', nmae: 'b' }
  const login = { type: 'basic', config: { username: 'me', password: 'hunter2' } }
  expect(compile([{ name: 'A', url }, broken, { name: 'C', url, authentication: login }, 7])).toEqual({
    permalinks: [],
    count: 4,
    errors: [
      'connectors[1].method INVALID_VALUE',
      'connectors[3] INVALID_TYPE',
      'connectors[1].url UNKNOWN_PATH_PARAMETER',
      'connectors[2].authentication.config.password LITERAL_CREDENTIAL',
    ],
    warnings: ['connectors[1].nmae UNKNOWN_KEY'],
  })
})

test('what is no registry is an error, not an exception', () => {
  for (const input of [null, 1, 'x', [], {}, { connectors: {} }]) {
    const { connectors, count, errors } = compileRegistry(input, { tenantId: 'acme' })
    expect([connectors, count, errors.map(({ code }) => code)]).toEqual([[], 0, ['REQUIRED']])
  }
})

test('a name that does not exist yet is a warning, unless the template has a default for it', () => {
  const value = "{{ get_secret('k') }} {{ get_variable('v') }} {{ get_variable('w') | default: 'x' }}"
  const connectors = [{ name: 'A', url, headers: [{ key: 'X-A', value }] }]
  const known = { secrets: new Map(), variables: new Set<string>() }
  const missing = ['connectors[0] MISSING_SECRET', 'connectors[0] MISSING_VARIABLE']
  expect(compile(connectors, { known }).warnings).toEqual(missing)
  expect(compile(connectors).warnings).toEqual([])
})

test('a secret in a place that it does not name is a warning', () => {
  const value = "{{ get_secret('k') }}"
  const rows = [{ key: 'k', value }]
  const connectors = [
    { name: 'A', url, query_parameters: rows },
    { name: 'B', url, headers: rows },
  ]
  const known = (places: readonly SecretPlace[]) => ({
    secrets: new Map([['k', places]]),
    variables: new Set<string>(),
  })
  const warned = ['connectors[0] MISPLACED_SECRET']
  expect(compile(connectors, { known: known(['authentication', 'header']) }).warnings).toEqual(warned)
  expect(compile(connectors, { known: known(['header', 'query']) }).warnings).toEqual([])
})

test('plain http is a warning at each URL that has it, or an error where nothing warns', () => {
  const config = { client_id: 'c', token_url: 'http://login.example.com/token' }
  const connectors = [
    { name: 'A', url: 'http://api.example.com/' },
    { name: 'B', url, authentication: { type: 'oauth_client_credentials', config } },
  ]
  const isHttp: RegistryOptions['checkDestination'] = ({ scheme }) => (scheme === 'http' ? 'no' : undefined)
  const places = ['connectors[0].url', 'connectors[1].authentication.config.token_url']
  const both = { checkDestination: isHttp, warnOfDestination: isHttp }
  expect(compile(connectors, both)).toMatchObject({
    permalinks: ['a', 'b'],
    warnings: places.map((place) => `${place} INSECURE_URL`),
  })
  expect(compile(connectors, { checkDestination: isHttp }).errors).toEqual(
    places.map((place) => `${place} DESTINATION_NOT_ALLOWED`),
  )
})
