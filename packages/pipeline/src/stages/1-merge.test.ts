import { ProblemError, type WirePairs } from '@sluice/connector-schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import type { Call } from '../steps/exchange.ts'
import { callOf, connector, plainPorts } from '../testing/plain-ports.ts'
import { merge } from './1-merge.ts'

const definition = {
  url: 'https://api.example.com/{{ pathParams.id }}?fixed=1',
  headers: [
    { key: 'X-Locked', value: 'locked-header' },
    { key: 'X-Open', value: 'default', overridable: true },
    { key: 'Cookie', value: '', overridable: true },
  ],
  query_parameters: [
    { key: 'locked', value: 'locked-query' },
    { key: 'open', value: 'default', overridable: true },
    { key: 'few', overridable: true, constraints: { type: 'integer', maximum: 9 } },
    { key: 'many', overridable: true, constraints: { multiple: true, enum: ['a', 'b'] } },
    { key: 'staff', overridable: true, constraints: { roles: ['staff', 'admin'] } },
  ],
  path_parameters: [{ key: 'id' }],
}
const compiled = connector(definition)
const lenient = connector({ ...definition, unlisted_parameters: 'allow' })

function refusal(sent: Partial<Call>, of = compiled): { code: string; params: unknown } {
  try {
    merge(callOf(of, { pathParams: [['id', '1']], ...sent }))
  } catch (error) {
    if (error instanceof ProblemError) return { code: error.code, params: error.params }
    throw error
  }
  throw new Error('the call was merged')
}

describe('only what is permitted (G3)', () => {
  test.each<[string, Partial<Call>, string[]]>([
    ['a locked header', { headers: [['X-Locked', 'x']] }, ['X-Locked']],
    ['a locked header in another case', { headers: [['x-lOCKED', 'x']] }, ['x-lOCKED']],
    ['an unlisted header', { headers: [['Authorization', 'Bearer x']] }, ['Authorization']],
    ['a locked query key', { query: [['locked', 'x']] }, ['locked']],
    ['a locked query key in another case', { query: [['LOCKED', 'x']] }, ['LOCKED']],
    ['a locked query key as an array', { query: [['locked[]', 'x']] }, ['locked[]']],
    ['a key of the URL’s own query', { query: [['fixed', '2']] }, ['fixed']],
    ['an open query key in another case', { query: [['Open', 'x']] }, ['Open']],
    [
      'an unlisted path key',
      {
        pathParams: [
          ['id', '1'],
          ['other', '2'],
        ],
      },
      ['other'],
    ],
    [
      'prototype names',
      {
        query: [
          ['__proto__', '1'],
          ['constructor', '1'],
          ['toString', '1'],
        ],
      },
      ['__proto__', 'constructor', 'toString'],
    ],
    [
      'several at once, named once',
      {
        query: [
          ['a', '1'],
          ['a', '2'],
        ],
        headers: [['b', '1']],
      },
      ['a', 'b'],
    ],
  ])('%s is refused by name', (_, sent, params) => {
    expect(refusal(sent)).toEqual({ code: 'OVERRIDE_NOT_PERMITTED', params })
  })

  test.each([
    ...['locked', 'Locked', 'locked[]', 'LOCKED[0]', 'open[]', 'OPEN', 'fixed', 'Fixed[]', '', '[]', '...'],
    ...[
      '[locked]',
      'locked[[]]',
      'locked]',
      'locked[',
      ' locked',
      'locked\u0000',
      'locked\u0000x',
      'lo.cked',
    ],
    ...['locked[a][b]', '.locked', 'locked\t', '_locked_', 'ＬＯＣＫＥＤ'.normalize('NFKC')],
  ])('unlisted parameters never stand in for a listed one: %j', (key) => {
    expect(refusal({ query: [[key, 'x']] }, lenient).code).toBe('OVERRIDE_NOT_PERMITTED')
  })

  test('unlisted parameters are added where the definition allows them', () => {
    const merged = merge(
      callOf(lenient, {
        pathParams: [['id', '1']],
        query: [
          ['extra', 'a'],
          ['extra', 'b'],
        ],
      }),
    )
    const added = merged.query.filter((row) => row.key === 'extra').map((row) => row.value)
    expect(added).toEqual([
      { from: 'override', text: 'a' },
      { from: 'override', text: 'b' },
    ])
  })

  test.each<[string, Partial<Call>]>([
    [
      'header',
      {
        headers: [
          ['X-Open', '1'],
          ['x-open', '2'],
        ],
      },
    ],
    [
      'path',
      {
        pathParams: [
          ['id', '1'],
          ['id', '2'],
        ],
      },
    ],
  ])('a %s parameter sent twice is malformed', (_, sent) => {
    expect(refusal(sent).code).toBe('INVALID_REQUEST')
  })

  test('whatever a call sends, only permitted keys get through, and locked values stay', async () => {
    const key = fc.oneof(
      fc.constantFrom(
        'open',
        'few',
        'many',
        'staff',
        'locked',
        'Locked',
        'locked[]',
        'X-Open',
        'x-open',
        'X-Locked',
      ),
      fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'id', 'fixed'),
      fc.string(),
    )
    const pairs = fc.array(fc.tuple(key, fc.string()), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(pairs, pairs, fc.boolean(), async (query, headers, allowUnlisted) => {
        const { ports, seen } = plainPorts()
        const of = allowUnlisted ? lenient : compiled
        await runExchange(callOf(of, { query, headers, pathParams: [['id', '1']] }), ports)
        for (const request of seen) {
          const url = new URL(request.url)
          expect(url.origin + url.pathname).toBe('https://api.example.com/1')
          expect(url.searchParams.getAll('locked')).toEqual(['locked-query'])
          expect(url.searchParams.getAll('fixed')).toEqual(['1'])
          const expected = ['cookie', 'user-agent', 'via', 'x-locked', 'x-open']
          expect(expected).toEqual(expect.arrayContaining(Object.keys(request.headers)))
          expect(request.headers['x-locked']).toBe('locked-header')
          if (!allowUnlisted) {
            const permitted = ['fixed', 'locked', 'open', 'few', 'many', 'staff']
            expect(permitted).toEqual(expect.arrayContaining([...url.searchParams.keys()]))
          }
        }
      }),
    )
  })
})

describe('rules of a row', () => {
  test.each<[WirePairs, unknown]>([
    [[['few', 'x']], [{ key: 'few', rule: 'type' }]],
    [[['few', '10']], [{ key: 'few', rule: 'maximum' }]],
    [
      [
        ['few', '1'],
        ['few', '2'],
      ],
      [{ key: 'few', rule: 'multiple' }],
    ],
    [
      [
        ['many', 'a'],
        ['many', 'c'],
      ],
      [{ key: 'many', rule: 'enum' }],
    ],
    [
      [
        ['few', 'x'],
        ['many', 'c'],
      ],
      [
        { key: 'few', rule: 'type' },
        { key: 'many', rule: 'enum' },
      ],
    ],
  ])('%j breaks %j', (query, params) => {
    expect(refusal({ query })).toEqual({ code: 'INVALID_OVERRIDE', params })
  })

  test('a row for some roles is refused to the others', () => {
    const session = { tenant_id: 'acme' }
    expect(refusal({ query: [['staff', 'x']], session })).toEqual({
      code: 'INVALID_OVERRIDE',
      params: [{ key: 'staff', rule: 'roles' }],
    })
    const merged = merge(callOf(compiled, { query: [['staff', 'x']], pathParams: [['id', '1']] }))
    expect(merged.query.find((row) => row.key === 'staff')?.value).toEqual({ from: 'override', text: 'x' })
  })

  test.each([
    ['X-Open', 'a\r\nX-Evil: 1', 'header_value'],
    ['X-Open', 'a\u0000', 'header_value'],
    ['X-Open', '日本', 'header_value'],
    ['Cookie', 'a=1; b=2', 'cookie_value'],
  ])('%s: %j breaks its place', (key, value, rule) => {
    expect(refusal({ headers: [[key, value]] })).toEqual({
      code: 'INVALID_OVERRIDE',
      params: [{ key, rule }],
    })
  })
})

describe('path parameters', () => {
  test('missing wins over invalid', () => {
    const two = connector({
      url: 'https://api.example.com/{{ pathParams.a }}/{{ pathParams.b }}',
      path_parameters: [{ key: 'a' }, { key: 'b' }],
    })
    expect(refusal({ pathParams: [['a', '../x']] }, two)).toEqual({
      code: 'MISSING_PATH_PARAMETERS',
      params: ['b'],
    })
    expect(
      refusal(
        {
          pathParams: [
            ['a', '../x'],
            ['b', '..'],
          ],
        },
        two,
      ),
    ).toEqual({
      code: 'INVALID_PATH_PARAMETERS',
      params: ['a', 'b'],
    })
  })

  test('a default stands in for what was not sent', () => {
    const withDefault = connector({
      url: 'https://api.example.com/{{ pathParams.a }}',
      path_parameters: [{ key: 'a', value: 'home' }],
    })
    expect(merge(callOf(withDefault)).pathParams).toEqual({ a: 'home' })
  })
})

describe('data is never code (G2)', () => {
  const markers = ["{{ get_secret('k') }}", '{{ user.email }}', '{% assign x = 1 %}', '{{', '}}', '{%', '%}']

  test('an override arrives as the characters that were sent', async () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...markers), fc.string()), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        text.map((parts) => parts.join('')).filter((value) => value.isWellFormed()),
        async (value) => {
          const { ports, seen, secretsRead } = plainPorts(undefined, { secrets: { k: 'the-secret-value' } })
          await runExchange(callOf(compiled, { query: [['open', value]], pathParams: [['id', '1']] }), ports)
          expect(new URL(seen[0]?.url ?? '').searchParams.get('open')).toBe(value)
          expect(secretsRead).toEqual([])
        },
      ),
    )
  })

  test.each(markers)('in a header too: %s', async (value) => {
    const { ports, seen } = plainPorts()
    await runExchange(callOf(compiled, { headers: [['X-Open', value]], pathParams: [['id', '1']] }), ports)
    expect(seen[0]?.headers['x-open']).toBe(value)
  })
})
