import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfiguration, parseTenantFile, type TenantConfiguration } from '../configuration.ts'

const none = () => undefined
const errorsOf = (input: unknown, lookUp: (name: string) => string | undefined = none) =>
  parseConfiguration(input, lookUp).errors.map(({ path, message }) => `${path}: ${message}`)

function tenantOf(input: unknown, lookUp: (name: string) => string | undefined = none): TenantConfiguration {
  const { value, errors } = parseConfiguration(input, lookUp)
  expect(errors).toEqual([])
  const entry = value?.tenants[0]
  if (entry?.kind !== 'tenant') throw new Error('the first tenant is expected')
  return entry.tenant
}

const issuer = { issuer: 'https://id.test/', audience: 'sluice' }

describe('a configuration', () => {
  test('of one tenant has its fields at the top, and its issuers are its own', () => {
    const { value } = parseConfiguration({ id: 'acme', issuers: [issuer] }, none)
    expect(value).toMatchObject({ isSingleTenant: true, issuers: [] })
    expect(tenantOf({ id: 'acme', issuers: [issuer] }).issuers).toMatchObject([
      { ...issuer, tenant_claim: 'tenant_id' },
    ])
  })

  test('of several names them or their files, and issuers at the top are the platform’s', () => {
    const { value } = parseConfiguration(
      { issuers: [issuer], tenants: ['tenants/*.json', { id: 'a' }] },
      none,
    )
    expect(value?.issuers).toMatchObject([issuer])
    expect(value?.tenants).toMatchObject([
      { kind: 'files', pattern: 'tenants/*.json', path: 'tenants[0]' },
      { kind: 'tenant', tenant: { id: 'a', cookie_sessions: false, origins: [] } },
    ])
  })

  test.each([
    [{ id: 'a', origin: [] }, 'did you mean `origins`'],
    [{ tenants: [{ id: 'a', secret: {} }] }, 'did you mean `secrets`'],
    [{ tenants: [{ id: 'a' }], default: {} }, 'did you mean `defaults`'],
    [{ id: 'a', admin: { issuers: [] } }, 'Unknown key `issuers`'],
    [{ id: 'a', secrets: { k: { env: 'K' } } }, '`secrets.k.allowed_hosts` is required'],
    [{ id: 'a', secrets: { k: { allowed_hosts: ['a.example'] } } }, 'write `env` or `file`'],
    [{ id: 'a', secrets: { k: { env: 'K', file: 'k', allowed_hosts: ['a.example'] } } }, 'one of the two'],
    [{ id: 'a', secrets: { k: 'plain text' } }, '`secrets.k` must be of type object'],
    [
      { id: 'a', secrets: { k: { env: 'SLUICE_ENCRYPTION_KEYS', allowed_hosts: ['*'] } } },
      'SLUICE_ or NODE_',
    ],
    [{ id: 'a', secrets: { k: { env: 'Node_Options', allowed_hosts: ['*'] } } }, 'SLUICE_ or NODE_'],
    [{ id: 'a', secrets: { k: { env: 'K', allowed_hosts: [] } } }, 'at least 1'],
    [{ id: 'a', secrets: { k: { env: 'K', allowed_hosts: ['https://a.example'] } } }, 'must be a host'],
    [{ id: 'a', secrets: { k: { env: 'K', allowed_hosts: ['*.*.example'] } } }, 'must be a host'],
    [{ id: 'a', secrets: { k: { env: 'K', allowed_hosts: ['a.example'], places: ['url'] } } }, 'one of'],
    [{ id: 'a', variables: { v: { env: 'SLUICE_REDIS_URL' } } }, 'SLUICE_ or NODE_'],
    [{ id: 'a', variables: { v: 1 } }, 'must be a text'],
    [{ id: 'a', secrets: { k: { env: 'K', allowed_hosts: ['*'] } }, variables: { k: 'x' } }, 'rename one'],
    [{ id: 'a', issuers: [{ ...issuer, keys: {} }] }, 'one of the two'],
    [{ id: 'a', issuers: [{ ...issuer, keys: { jwks_url: 'ftp://id.test' } }] }, 'https URL'],
    [{ id: 'a', issuers: [{ ...issuer, keys: { secret: 'plain' } }] }, 'or a list of them'],
    [{ id: 'a', registries: [{ file: 'a.json', template_language: 'jinja' }] }, 'registries[0]'],
    [{ id: 'a', disabled: ['Not A Permalink'] }, 'must be a permalink'],
    [{ id: 'a', cookie_sessions: { name: 'a b' } }, 'cookie_sessions'],
    [{ id: 'a', cookie_sessions: true, origins: ['https://*.acme.example'] }, 'write out each origin'],
    [{ id: '' }, 'id'],
    [{ tenants: [] }, 'at least 1'],
    [null, 'The configuration'],
    [[], 'The configuration'],
  ])('%j is refused with its remedy', (input, message) => {
    expect(errorsOf(input).join('\n')).toContain(message)
  })

  test('tells every mistake at once, each with its path', () => {
    const found = errorsOf({
      tenants: [
        { id: 'a', hosts: [7] },
        { id: 'b', origins: ['x'] },
      ],
    })
    expect(found.map((line) => line.split(':')[0])).toEqual(['tenants[0].hosts[0]', 'tenants[1].origins[0]'])
  })
})

describe('what a tenant inherits', () => {
  const secret = { env: 'A', allowed_hosts: ['a.example'] }
  const configuration = (own: object) => ({
    defaults: {
      origins: ['https://a.example'],
      variables: { region: 'eu', tier: 'free' },
      secrets: { k: secret },
    },
    tenants: [{ id: 'a', ...own }],
  })

  test('objects merge by key, lists are replaced', () => {
    const tenant = tenantOf(configuration({ origins: ['https://b.example'], variables: { tier: 'paid' } }))
    expect(tenant.origins).toEqual(['https://b.example'])
    expect(tenant.variables).toEqual({ region: 'eu', tier: 'paid' })
    expect(tenant.secrets).toMatchObject({ k: secret })
  })

  test('a secret of the tenant takes the place of the inherited one whole', () => {
    const own = { file: 'k', allowed_hosts: ['b.example'] }
    expect(tenantOf(configuration({ secrets: { k: own } })).secrets).toMatchObject({ k: own })
    expect(tenantOf(configuration({ secrets: { k: own } })).secrets).not.toHaveProperty('k.env')
  })

  test('a file of a tenant inherits the same', () => {
    const { value } = parseTenantFile({ id: 'b' }, configuration({}).defaults, none)
    expect(value).toMatchObject({ id: 'b', variables: { region: 'eu', tier: 'free' } })
  })
})

describe('variables of the environment', () => {
  const environment: Readonly<Record<string, string>> = { HOST: 'a.example', EMPTY: '', TWICE: '${HOST}' }
  const lookUp = (name: string) => environment[name]
  const expanded = (text: string) => tenantOf({ id: 'a', variables: { v: text } }, lookUp).variables.v

  test.each([
    ['https://${HOST}/x', 'https://a.example/x'],
    ['${HOST}${HOST}', 'a.examplea.example'],
    ['${MISSING:-text}', 'text'],
    ['${EMPTY:-text}', 'text'],
    ['${EMPTY}', ''],
    ['${MISSING:-}', ''],
    ['$${HOST}', '${HOST}'],
    ['$$$$', '$$'],
    ['$HOST and $ alone', '$HOST and $ alone'],
    ['${TWICE}', '${HOST}'],
  ])('%s gives %s', (text, value) => {
    expect(expanded(text)).toBe(value)
  })

  test.each([
    ['${MISSING}', 'MISSING is not set'],
    ['${', 'write $$ for a $'],
    ['${1X}', 'write $$ for a $'],
  ])('%s is an error', (text, message) => {
    expect(errorsOf({ id: 'a', variables: { v: text } }, lookUp).join()).toContain(message)
  })

  test('are left alone in keys, registries and secrets', () => {
    const tenant = tenantOf(
      { id: 'a', registries: ['${HOST}.json'], secrets: { k: { file: '${HOST}', allowed_hosts: ['*'] } } },
      lookUp,
    )
    expect(tenant.registries).toEqual(['${HOST}.json'])
    expect(tenant.secrets).toMatchObject({ k: { file: '${HOST}' } })
  })

  test('a value of the environment is never read again', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tenantOf({ id: 'a', variables: { v: '${X}' } }, () => text).variables.v).toBe(text)
      }),
    )
  })
})
