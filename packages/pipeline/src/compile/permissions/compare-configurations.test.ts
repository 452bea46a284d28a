import { parseConfiguration } from '@sluice/connector-schema/configuration'
import { describe, expect, test } from 'vitest'
import { type ComparedConfiguration, compareConfigurations } from './compare-configurations.ts'

function configuration(input: object): ComparedConfiguration {
  const { value, errors } = parseConfiguration({ tenants: [{ id: 'acme', ...input }] }, () => undefined)
  expect(errors).toEqual([])
  const tenants = (value?.tenants ?? []).flatMap((entry) => (entry.kind === 'tenant' ? [entry.tenant] : []))
  return { tenants, issuers: [], defaultTenantId: undefined, adminTokens: [] }
}

const told = (before: ComparedConfiguration, after: ComparedConfiguration) =>
  compareConfigurations(before, after).map(({ direction, code }) => `${direction} ${code}`)

const secret = (more: object) => ({
  secrets: { k: { env: 'K', allowed_hosts: ['a.example'], ...more } },
})
const issuer = { issuer: 'https://id.test/', audience: 'sluice' }

/** What it is, its code, and the configuration before and after. */
type Case = readonly [what: string, code: string, before: object, after: object]

const cases = (list: readonly Case[]) =>
  list.map(([what, code, before, after]) => ({ what, code, before, after }))

describe('a change of sluice.json', () => {
  test.each(
    cases([
      ['an origin', 'ORIGIN', {}, { origins: ['https://a.example'] }],
      [
        'a pattern for an origin',
        'ORIGIN',
        { origins: ['https://x.a.example'] },
        { origins: ['https://*.a.example'] },
      ],
      ['cookies', 'COOKIE_SESSION', {}, { cookie_sessions: true }],
      ['a host', 'HOST', {}, { hosts: ['connect.acme.example'] }],
      ['an issuer', 'ISSUER', {}, { issuers: [issuer] }],
      [
        'a host of a secret',
        'SECRET_HOST',
        secret({}),
        secret({ allowed_hosts: ['*.example', 'a.example'] }),
      ],
      ['every host of a secret', 'SECRET_HOST', secret({}), secret({ allowed_hosts: ['*'] })],
      [
        'a place of a secret',
        'SECRET_PLACE',
        secret({}),
        secret({ places: ['authentication', 'header', 'query'] }),
      ],
      ['a private upstream', 'PRIVATE_UPSTREAM', {}, { allow_upstreams: ['10.0.0.1:80'] }],
      ['a trace host', 'TRACE_HOST', {}, { trace_hosts: ['a.example'] }],
      ['a connector that was disabled', 'ENABLED', { disabled: ['a'] }, {}],
    ]),
  )('$what', ({ code, before: narrow, after: wide }) => {
    expect(told(configuration(narrow), configuration(wide))).toEqual([`wider ${code}`])
    expect(told(configuration(wide), configuration(narrow))).toEqual([`narrower ${code}`])
  })

  test.each(
    cases([
      ['the source of a secret', 'SECRET_SOURCE', secret({}), secret({ env: 'K2' })],
      ['a variable', 'VARIABLE', { variables: { v: 'a' } }, { variables: { v: 'b' } }],
      [
        'the settings of an issuer',
        'ISSUER_SETTINGS',
        { issuers: [issuer] },
        { issuers: [{ ...issuer, typ: 'at+jwt' }] },
      ],
    ]),
  )('$what is at least told', ({ code, before, after }) => {
    expect(told(configuration(before), configuration(after))).toEqual([`other ${code}`])
  })

  test('a token of the admin API with more rights is wider', () => {
    const token = (more: object): ComparedConfiguration => ({
      ...configuration({}),
      adminTokens: [{ name: 'ci', role: 'viewer', impersonate: false, ...more }],
    })
    expect(told(configuration({}), token({}))).toEqual(['wider ADMIN'])
    expect(told(token({}), token({ role: 'admin' }))).toEqual(['wider ADMIN'])
    expect(told(token({ impersonate: true }), token({}))).toEqual(['narrower ADMIN'])
  })

  test('a new tenant is one fact', () => {
    const none: ComparedConfiguration = { ...configuration({}), tenants: [] }
    expect(told(none, configuration({ origins: ['https://a.example'], ...secret({}) }))).toEqual([
      'wider TENANT',
    ])
  })
})
