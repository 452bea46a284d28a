import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ConnectorDefinition, connectorMethods, parseRegistry } from '@sluice/connector-schema'
import { describe, expect, test } from 'vitest'
import { manifest } from './connectors.gen.ts'
import { defaultPorts, registryFile } from './demo-config.ts'

const registryText = readFileSync(registryFile, 'utf8')
const registry: unknown = JSON.parse(registryText)
const { definitions, errors, warnings } = parseRegistry(registry)
const configText = readFileSync(new URL('../../registry/sluice.dev.json', import.meta.url), 'utf8')
const config = JSON.parse(configText) as {
  readonly session_secret: string
  readonly secrets: Readonly<Record<string, string | { readonly value: string }>>
  readonly variables: Readonly<Record<string, string>>
  readonly users: readonly { readonly id: string }[]
  readonly allow_upstreams: readonly string[]
  readonly origins: readonly string[]
}

test('the registry has no error and no warning', () => {
  expect({ errors, warnings }).toEqual({ errors: [], warnings: [] })
})

type Row = ConnectorDefinition['query_parameters'][number]
const rows = (definition: ConnectorDefinition): readonly Row[] => [
  ...definition.headers,
  ...definition.query_parameters,
]
const someRow = (matches: (row: Row) => boolean) => (definition: ConnectorDefinition) =>
  rows(definition).some(matches)
const headerValue = (text: string) => (definition: ConnectorDefinition) =>
  definition.headers.some(({ value }) => value.includes(text))
const queryValue = (text: string) => (definition: ConnectorDefinition) =>
  definition.query_parameters.some(({ value }) => value.includes(text))
const pathOf = ({ url }: ConnectorDefinition) => url.slice(url.indexOf('/v1'))
const constraint = (key: keyof NonNullable<Row['constraints']>) =>
  someRow(({ constraints }) => constraints?.[key] !== undefined)
const credential = (type: string, place?: string) => (definition: ConnectorDefinition) => {
  const { authentication } = definition
  if (authentication.type !== type) return false
  return place === undefined || (authentication.type === 'api_key' && authentication.config.in === place)
}

describe('some connector of the registry uses', () => {
  test.each<[kind: string, uses: (definition: ConnectorDefinition) => unknown]>([
    ...connectorMethods.map((method): [string, (definition: ConnectorDefinition) => boolean] => [
      `the method ${method}`,
      (definition) => definition.method === method,
    ]),
    ['a locked header', ({ headers }) => headers.some(({ overridable }) => !overridable)],
    ['an overridable header', ({ headers }) => headers.some(({ overridable }) => overridable)],
    ['a locked query parameter', ({ query_parameters }) => query_parameters.some((row) => !row.overridable)],
    [
      'an overridable query parameter',
      ({ query_parameters }) => query_parameters.some((row) => row.overridable),
    ],
    [
      'a query key that repeats',
      ({ query_parameters }) =>
        new Set(query_parameters.map(({ key }) => key)).size < query_parameters.length,
    ],
    ['send_empty', someRow(({ send_empty }) => send_empty)],
    ...(['integer', 'string'] as const).map(
      (type): [string, (definition: ConnectorDefinition) => boolean] => [
        `a constraint of type ${type}`,
        someRow(({ constraints }) => constraints?.type === type),
      ],
    ),
    ['an enum', constraint('enum')],
    ['a pattern', constraint('pattern')],
    ['a shortest length', constraint('min_length')],
    ['a longest length', constraint('max_length')],
    ['a minimum', constraint('minimum')],
    ['a maximum', constraint('maximum')],
    ['several values', constraint('multiple')],
    ['roles on a row', constraint('roles')],
    ...(['segment', 'text', 'path'] as const).map(
      (format): [string, (definition: ConnectorDefinition) => boolean] => [
        `a path parameter of format ${format}`,
        ({ path_parameters }) => path_parameters.some((row) => row.format === format),
      ],
    ),
    [
      'a path parameter with a default',
      ({ path_parameters }) => path_parameters.some((row) => row.value !== undefined),
    ],
    ['parameters that are not listed', ({ unlisted_parameters }) => unlisted_parameters === 'allow'],
    ['anonymous access', ({ access }) => access === 'anonymous'],
    ['roles', ({ roles }) => roles.length > 0],
    ['a lifetime of its own', ({ cache }) => cache.ttl_seconds],
    ['no caching', ({ cache }) => !cache.enabled],
    ['no authentication', credential('none')],
    ['a key in a header', credential('api_key', 'header')],
    ['a key in the query', credential('api_key', 'query')],
    ['basic credentials', credential('basic')],
    ['a token for the client', credential('oauth_client_credentials')],
    ['a token for an assertion', credential('oauth_jwt_bearer')],
    ['a signed JWT', credential('jwt')],
    ['a variable as the origin', ({ url }) => url.startsWith("{{ get_variable('acme_api') }}/")],
    ['a variable in the path', (definition) => pathOf(definition).includes('get_variable(')],
    ['the user in the path', (definition) => pathOf(definition).includes('user.id')],
    ['the user in a header', headerValue('user.email')],
    ['the user in the query', queryValue('user.profile_fields')],
    ['the time', ({ url }) => url.includes('now(')],
    [
      'a request template with the payload and the user',
      ({ request_body }) => request_body.includes('body.') && request_body.includes('user.'),
    ],
    [
      'a response template with chosen fields',
      ({ response_body }) => response_body.includes('response.json.'),
    ],
    ['a time limit of its own', ({ timeout_ms }) => timeout_ms !== 15_000],
    ['a rate limit', ({ rate_limit }) => rate_limit],
    ['another attempt', ({ retry }) => retry.attempts],
  ])('%s', (_, uses) => {
    expect(definitions.filter(uses).map(({ permalink }) => permalink)).not.toEqual([])
  })
})

/** What `sluice types` writes for a registry. */
async function manifestText(content: unknown): Promise<string> {
  const file = join(mkdtempSync(join(tmpdir(), 'widgets-')), 'registry.json')
  writeFileSync(file, JSON.stringify(content))
  const cli = fileURLToPath(new URL('../../../packages/cli/src/main.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', cli, 'types', file])
  return stdout
}

describe('the manifest', () => {
  test('is the one that the registry gives', async () => {
    const written = readFileSync(new URL('./connectors.gen.ts', import.meta.url), 'utf8')
    expect(written).toBe(await manifestText(registry))
    expect(Object.keys(manifest.connectors)).toEqual(definitions.map(({ permalink }) => permalink).sort())
  })

  test('does not depend on the order of the connectors', async () => {
    const { connectors } = registry as { connectors: unknown[] }
    expect(await manifestText({ connectors: connectors.toReversed() })).toBe(await manifestText(registry))
  })

  test('tells no address, no value, no credential and no name of a secret or variable', async () => {
    const text = await manifestText(registry)
    const values = definitions.flatMap((definition) => [
      definition.url,
      definition.request_body,
      definition.response_body,
      ...definition.headers
        .filter(({ overridable }) => !overridable)
        .flatMap(({ key, value }) => [key, value]),
      ...definition.query_parameters.filter(({ overridable }) => !overridable).map(({ value }) => value),
      JSON.stringify(definition.authentication),
    ])
    const names = [...Object.keys(config.secrets), ...Object.keys(config.variables)]
    const hidden = [
      ...values,
      ...names,
      ...secretValues(),
      '{{',
      '://',
      '127.0.0.1',
      '/v1/',
      'X-API-Key',
      'api_key',
    ]
    // "widget" and "GET" are words; a value this short would prove nothing.
    const shown = hidden
      .filter((value) => value.length > 6 || value === '{{')
      .filter((value) => text.includes(value))
    expect(shown).toEqual([])
  })
})

function secretValues(): readonly string[] {
  return Object.values(config.secrets).map((secret) => (typeof secret === 'string' ? secret : secret.value))
}

describe('the configuration of the demo', () => {
  test('knows every secret and variable that the registry names', () => {
    const named = (call: string) =>
      new Set([...registryText.matchAll(new RegExp(`${call}\\('(\\w+)'\\)`, 'g'))].map((match) => match[1]))
    expect([...named('get_secret')].sort()).toEqual(Object.keys(config.secrets).sort())
    expect([...named('get_variable')].sort()).toEqual(Object.keys(config.variables).sort())
  })

  test('has secrets that are long enough to be searched for in answers, and plainly not real', () => {
    for (const [name, secret] of Object.entries(config.secrets)) {
      const value = typeof secret === 'string' ? secret : secret.value
      expect(value.length).toBeGreaterThanOrEqual(16)
      expect(value).toMatch(name.endsWith('_demo_key') ? /^-----BEGIN PRIVATE KEY-----/ : /^fake-/)
    }
    expect(Buffer.byteLength(config.session_secret)).toBeGreaterThanOrEqual(32)
    expect(config.session_secret).toMatch(/^demo-only-/)
  })

  test('is written for the default ports', () => {
    expect(config.variables.acme_api).toBe(`http://127.0.0.1:${defaultPorts.api}`)
    expect(config.variables.acme_id).toBe(`http://127.0.0.1:${defaultPorts.id}`)
    expect(config.allow_upstreams).toEqual([`127.0.0.1:${defaultPorts.api}`, `127.0.0.1:${defaultPorts.id}`])
    expect(config.origins).toContain(`http://localhost:${defaultPorts.page}`)
    expect(config.users.length).toBeGreaterThanOrEqual(2)
  })
})
