import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf, values, withUser } from '../testing/support.ts'
import type { CompiledUrl, PathParameterFormat, TemplateDiagnostic, TemplateValues } from '../types.ts'
import { compileUrl } from './compile-url.ts'

type Formats = Readonly<Record<string, PathParameterFormat>>

function compiled(source: string, formats: Formats = {}): CompiledUrl {
  const { url, errors } = compileUrl(source, { pathParameters: new Map(Object.entries(formats)) })
  expect(errors, source).toEqual([])
  if (url === undefined) throw new Error('a URL without errors must compile')
  return url
}

function errorsOf(source: string, formats: Formats = {}): readonly TemplateDiagnostic[] {
  const { url, errors } = compileUrl(source, { pathParameters: new Map(Object.entries(formats)) })
  expect(url, source).toBeUndefined()
  expect(errors, source).not.toEqual([])
  return errors
}

function withVariable(value: string): TemplateValues {
  return { ...values, variables: new Map([['v', value]]) }
}

function withParam(value: string): TemplateValues {
  return { ...values, pathParams: { p: value } }
}

describe('origin and target', () => {
  test.each([
    ['https://api.example.com/a', 'https://api.example.com', '/a'],
    ['https://API.example.com:443', 'https://api.example.com', '/'],
    ['https://api.example.com:8443/', 'https://api.example.com:8443', '/'],
    ['http://localhost:9000/a?b=1', 'http://localhost:9000', '/a?b=1'],
    ['https://api.example.com?a=1', 'https://api.example.com', '/?a=1'],
    ['https://[2001:db8::1]:8443/a', 'https://[2001:db8::1]:8443', '/a'],
    ['https://93.184.216.34/a', 'https://93.184.216.34', '/a'],
    ['https://api.example.com/a%20b/%2F?c=%27', 'https://api.example.com', '/a%20b/%2F?c=%27'],
    [
      'https://api.example.com/users/{{ user.id }}?mail={{ user.email }}&expand[]=a&expand[]=b',
      'https://api.example.com',
      '/users/u1?mail=ada%40example.com&expand[]=a&expand[]=b',
    ],
    ['https://api.example.com/x{% if user.id %}/y?a=1{% endif %}', 'https://api.example.com', '/x/y?a=1'],
    [
      "https://api.example.com/{{ get_variable('region') }}/{% for r in user.roles %}{{ r }};{% endfor %}",
      'https://api.example.com',
      '/eu/admin;editor;',
    ],
  ])('%s', (source, origin, target) => {
    const url = compiled(source)
    expect(url.renderOrigin(values)).toBe(origin)
    expect(url.renderTarget(values)).toBe(target)
    expect(url.scheme).toBe(origin.split(':')[0])
    expect(`${url.scheme}://${url.literalHost}`).toBe(origin)
  })

  test('positions are those of the whole text, over several lines too', () => {
    expect(errorsOf("https://{{\n get_variable('v') }}.example.com/{{ nobody }}")).toMatchObject([
      { code: 'UNKNOWN_NAME', line: 2, column: 38 },
    ])
    expect(
      failureOf(() =>
        compiled('https://api.example.com/a/{{ user.email }}').renderTarget(withUser({ email: '..' })),
      ),
    ).toMatchObject({ line: 1, column: 27 })
  })

  test('errors of origin and target are told at once', () => {
    expect(errorsOf('https://u:p@api.example.com/{{ nobody }}').map((error) => error.code)).toEqual([
      'INVALID_URL',
      'UNKNOWN_NAME',
    ])
  })

  test('the keys of the query string are known, in every branch', () => {
    const url = compiled(
      'https://api.example.com/{% if user.id %}?a%5B%5D=1&b={{ user.id }}{% else %}?c=1{% endif %}&d+e={{ user.id }}&flag',
    )
    expect(url.queryKeys).toEqual(expect.arrayContaining(['a[]', 'b', 'c', 'd e', 'flag']))
  })
})

describe('only a variable may name the host', () => {
  test.each([
    ["{{ get_variable('v') }}/a", 'https://api.example.com:8443', 'https://api.example.com:8443'],
    ["{{ get_variable('v') }}", 'HTTP://API.example.com:80', 'http://api.example.com'],
    ["https://{{ get_variable('v') }}/a", 'api.example.com', 'https://api.example.com'],
    ["https://{{ get_variable('v') }}:8443/a", 'api.example.com', 'https://api.example.com:8443'],
    ["https://{{ get_variable('v') }}.example.com/a", 'EU-1', 'https://eu-1.example.com'],
    ["https://api.{{ get_variable('v') }}.example.com/a", 'eu', 'https://api.eu.example.com'],
    ["https://{{ get_variable('v') | default: 'us' }}.example.com/a", '', 'https://us.example.com'],
  ])('%s', (source, value, origin) => {
    const url = compiled(source)
    expect(url.renderOrigin(withVariable(value))).toBe(origin)
    expect(url.literalHost).toBeUndefined()
    expect(url.uses.variables.get('v')).toEqual({ required: !source.includes('default') })
  })

  test('with its default where the variable is absent', () => {
    expect(
      compiled("{{ get_variable('w') | default: 'https://api.example.com' }}/a").renderOrigin(values),
    ).toBe('https://api.example.com')
    expect(failureOf(() => compiled("{{ get_variable('w') }}/a").renderOrigin(values))).toMatchObject({
      reason: 'missing',
      line: 1,
      column: 1,
    })
    expect(
      compiled(
        "https://{{ get_variable('v') | default: 'a' }}.b.c/{{ get_variable('v') }}",
      ).uses.variables.get('v'),
    ).toEqual({ required: true })
  })

  test.each([
    '',
    ' ',
    'a.b',
    'a/b',
    'a?',
    'a#',
    'a@b',
    'a:1',
    '-a',
    'a-',
    'a_b',
    '.',
    '..',
    '%61',
    'ä',
    'a\\',
    'a\n',
    'x'.repeat(64),
    '[',
    '0x7f.1/',
  ])('as one label it takes one label: %j', (value) => {
    expect(
      failureOf(() =>
        compiled("https://{{ get_variable('v') }}.example.com/a").renderOrigin(withVariable(value)),
      ).reason,
    ).toBe('host')
  })

  test.each([
    '',
    'a b',
    'a/b',
    'a/',
    'u@a.com',
    'a.com?',
    'a.com#',
    'a.com\\',
    'a..b',
    '.a',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '%61.com',
    'a.com:99999',
    'a.com:',
    'ä.com',
    'a。com',
    '[::1',
    'https://a.com',
  ])('as the whole host it takes a host in its usual spelling: %j', (value) => {
    expect(
      failureOf(() => compiled("https://{{ get_variable('v') }}/a").renderOrigin(withVariable(value))).reason,
    ).toBe('host')
  })

  test.each([
    '',
    'a.com',
    '//a.com',
    'ftp://a.com',
    'https:a.com',
    'https:///a.com',
    'https://a.com/',
    'https://a.com/x',
    'https://a.com?x',
    'https://a.com#x',
    'https://u:p@a.com',
    'https://a.com\\x',
    ' https://a.com',
    'https://a.com\n',
    'https://127.1',
    'javascript:alert(1)',
  ])('as the whole origin it takes an origin and nothing else: %j', (value) => {
    expect(
      failureOf(() => compiled("{{ get_variable('v') }}/a").renderOrigin(withVariable(value))).reason,
    ).toBe('host')
  })

  test.each([
    "{{ get_variable('s') }}://api.example.com/a",
    "{{ get_variable('s') }}api.example.com/a",
    "{{ get_variable('s') }}?a=1",
    "https:{{ get_variable('s') }}/a",
    'https://{{ user.id }}/a',
    'https://{{ user.id }}.example.com/a',
    'https://{{ pathParams.p }}.example.com/a',
    "https://{{ get_secret('v') }}.example.com/a",
    'https://{{ tenant_id }}.example.com/a',
    "https://{{ get_variable('v') | append: user.id }}.example.com/a",
    "https://{{ get_variable('v') | default: user.id }}.example.com/a",
    "https://{{ get_variable('v') | default: 'a.b' }}.example.com/a",
    "https://{{ 'a' }}.example.com/a",
    'https://{% if user.id %}a{% endif %}.example.com/a',
    "https://api.{{ get_variable('v') }}/a",
    "https://{{ get_variable('v') }}./a",
    "https://a{{ get_variable('v') }}.example.com/a",
    "https://{{ get_variable('v') }}-a.example.com/a",
    "https://{{ get_variable('v') }}.{{ get_variable('w') }}.example.com/a",
    "https://api.example.com:{{ get_variable('v') }}/a",
    "https://{{ get_variable('v') }}@api.example.com/a",
    "https://{{ get_variable('v') }}.1/a",
    'https://api.example.com{{ user.id }}/a',
    'https://api.example.com{{ user.id }}',
    'https://api.example.com?a={{ user.id }}',
    'https://api.example.com{% raw %}.evil.com{% endraw %}/a',
    'https://api.example.com{% comment %}{% endcomment %}/a',
    ' https://api.example.com/a',
    '//api.example.com/a',
    '/a',
    'ftp://api.example.com/a',
    'https://',
    'https:///a',
    'https://?a=1',
  ])('anything else is an error: %s', (source) => {
    expect(errorsOf(source, source.includes('pathParams') ? { p: 'segment' } : {})[0]?.code).toMatch(
      /INVALID_URL|NOT_ALLOWED_HERE/,
    )
  })
})

describe('literal text of a URL', () => {
  test.each([
    ['https://u@api.example.com/a', 'user name'],
    ['https://u:p@api.example.com/a', 'user name'],
    ['https://api%2Eexample.com/a', '%'],
    ['https://bücher.example/a', 'xn--'],
    ['https://api example.com/a', 'spaces'],
    ['https://127.1/a', 'host is not valid'],
    ['https://0x7f.0.0.1/a', 'host is not valid'],
    ['https://api..example.com/a', 'host is not valid'],
    ['https://api.example.com../a', 'host is not valid'],
    ['https://./a', 'host is not valid'],
    ['https://api.example.com:/a', 'host is not valid'],
    ['https://api.example.com:99999/a', 'host is not valid'],
    ['https://api.example.com\\a', 'backslash'],
    ['https://api.example.com/a#b', 'fragment'],
    ['https://api.example.com#b', 'fragment'],
    ['https://api.example.com/a\\b', 'backslash'],
    ['https://api.example.com/a b', 'query parameter'],
    ['https://api.example.com/a\tb', 'query parameter'],
    ['https://api.example.com/a?b=c d', 'query parameter'],
    ['https://api.example.com/ä', 'percent-encode'],
    ['https://api.example.com/a%', '%25'],
    ['https://api.example.com/a%2{{ user.id }}', '%25'],
    ['https://api.example.com/a%{{ user.id }}', '%25'],
    ['https://api.example.com/{id}', 'pathParams'],
    ['https://api.example.com/"a"', 'write %22'],
    ['https://api.example.com//a', 'one slash'],
    ['https://api.example.com/{% if true %}/{% endif %}a', 'one slash'],
    ['https://api.example.com/a?{{ user.id }}=1', 'key'],
    ['https://api.example.com/a?b=1&c{{ user.id }}=1', 'key'],
  ])('%s', (source, advice) => {
    expect(
      errorsOf(source)
        .map((error) => error.message)
        .join('\n'),
    ).toContain(advice)
  })

  test.each([
    ['https://api.example.com/a<b', '<', 26],
    ['https://api.example.com/a?b=<c', '<', 29],
    ['https://api.example.com/a/{{ user.id }}?b="', '"', 43],
    ['https://api.example.com/a\n/b`', '`', 3],
    ['https://api.example.com/a^b', '^', 26],
  ])('a character that is not valid is named, with its column: %j', (source, char, column) => {
    const found = errorsOf(source).filter(({ message }) => message.startsWith('The character'))
    expect(found).toMatchObject([{ code: 'INVALID_URL', column }])
    const encoded = `%${char.charCodeAt(0).toString(16).toUpperCase()}`
    expect(found[0]?.message).toContain(`The character ${char} is not valid in a URL: write ${encoded}`)
  })

  test.each([
    ["https://api.example.com/a?$filter=Name%20eq%20'x'", '/a?$filter=Name%20eq%20%27x%27', ['$filter']],
    ["https://api.example.com/o'brien?a=b", "/o'brien?a=b", ['a']],
    ["https://api.example.com/a?b'c=1", '/a?b%27c=1', ["b'c"]],
    ["https://api.example.com/a?b='{{ user.id }}'", '/a?b=%27u1%27', ['b']],
    ['https://api.example.com/a!$&()*+,;=:@b?c=!$()*+,;:@/?', '/a!$&()*+,;=:@b?c=!$()*+,;:@/?', ['c']],
    ['https://api.example.com/a?fields[x]=1&q=a|b^c', '/a?fields[x]=1&q=a|b^c', ['fields[x]', 'q']],
  ])('what RFC 3986 and URL parsing allow is valid: %s', (source, target, keys) => {
    const url = compiled(source)
    expect(url.renderTarget(values)).toBe(target)
    expect(url.queryKeys).toEqual(keys)
    expect(new URL(`https://api.example.com${target}`).href).toBe(`https://api.example.com${target}`)
  })

  test.each(['.', '..', '%2e', '%2E', '.%2e', '%2e.', '%2E%2e'])(
    'a dot segment is an error in any spelling: %s',
    (segment) => {
      for (const source of [
        `https://api.example.com/${segment}`,
        `https://api.example.com/a/${segment}/b`,
        `https://api.example.com/a/${segment}?b=1`,
        `https://api.example.com/a/${segment}/{{ user.id }}`,
      ]) {
        expect(errorsOf(source)[0]?.code).toBe('INVALID_URL')
      }
    },
  )
})

describe('path parameters', () => {
  test('are declared', () => {
    expect(errorsOf('https://api.example.com/{{ pathParams.p }}')).toMatchObject([
      { code: 'UNKNOWN_PATH_PARAMETER', column: 28 },
    ])
    expect(compiled('https://api.example.com/a?b={{ pathParams.p }}', { p: 'text' }).uses.pathParams).toEqual(
      new Set(['p']),
    )
  })

  test('only the format path keeps slashes, and only alone in an output', () => {
    const source = 'https://api.example.com/files/{{ pathParams.p }}'
    expect(compiled(source, { p: 'path' }).renderTarget(withParam('a b/c'))).toBe('/files/a%20b/c')
    expect(compiled(source, { p: 'text' }).renderTarget(withParam('a b/c'))).toBe('/files/a%20b%2Fc')
    expect(
      compiled('https://api.example.com/{{ pathParams.p | upcase }}', { p: 'path' }).renderTarget(
        withParam('a/c'),
      ),
    ).toBe('/A%2FC')
    expect(
      compiled('https://api.example.com/{% echo pathParams.p %}', { p: 'path' }).renderTarget(
        withParam('a/c'),
      ),
    ).toBe('/a/c')
    expect(
      compiled('https://api.example.com/{% capture c %}{{ pathParams.p }}{% endcapture %}{{ c }}', {
        p: 'path',
      }).renderTarget(withParam('a/c')),
    ).toBe('/a%2Fc')
  })

  test.each(['..', '.', 'a/../b', '../a', 'a/..', '..\\a', 'a\\b', 'a\nb', 'a\0', '..;x', '\u007f'])(
    'no format lets a dot segment, a backslash or a control character through: %j',
    (value) => {
      for (const format of ['segment', 'text', 'path'] satisfies PathParameterFormat[]) {
        const url = compiled('https://api.example.com/a/{{ pathParams.p }}', { p: format })
        expect(failureOf(() => url.renderTarget(withParam(value)))).toMatchObject({
          reason: 'place',
          line: 1,
          column: 27,
        })
      }
    },
  )
})

describe('no value changes the URL around it', () => {
  test.each(['..', '.', '../../admin', '..%2f', '%2e%2e', 'x/../y', '\\..\\', 'a\r\nb'])(
    'a user value in a path: %j',
    (text) => {
      const url = compiled('https://api.example.com/users/{{ user.first_name }}/x')
      const isLiteral = text.includes('%')
      if (isLiteral) expect(url.renderTarget(withUser({ first_name: text }))).toContain('%25')
      else expect(failureOf(() => url.renderTarget(withUser({ first_name: text }))).reason).toBe('place')
    },
  )

  test('a value beside literal dots makes no dot segment either', () => {
    const url = compiled('https://api.example.com/a/.{{ user.first_name }}/b')
    expect(url.renderTarget(withUser({ first_name: 'x' }))).toBe('/a/.x/b')
    for (const text of ['', '.'])
      expect(failureOf(() => url.renderTarget(withUser({ first_name: text }))).reason).toBe('place')
  })

  test('an empty value leaves no second slash at the beginning', () => {
    const source = "https://api.example.com/{{ user.last_name | default: '' }}/a"
    expect(failureOf(() => compiled(source).renderTarget(values)).reason).toBe('place')
  })

  test.each(['../x', '//evil.example', 'x?y=1', 'x#y', 'x y', 'x\\y', 'x&key=1', '%2e%2e'])(
    'not even with raw: %j',
    (text) => {
      const source = 'https://api.example.com/a/{{ user.first_name | raw }}?b=1'
      const target = (): string => compiled(source).renderTarget(withUser({ first_name: text }))
      if (text === '//evil.example' || text === 'x&key=1')
        expect(new URL(`https://api.example.com${target()}`).search).toBe('?b=1')
      else expect(failureOf(target).reason).toBe('place')
    },
  )

  test('no value adds a query parameter, not even with raw or through a branch', () => {
    expect(
      failureOf(() =>
        compiled('https://api.example.com/a?b={{ user.first_name | raw }}').renderTarget(
          withUser({ first_name: 'x&key=1' }),
        ),
      ).reason,
    ).toBe('place')
    expect(
      failureOf(() =>
        compiled(
          'https://api.example.com/a?{% if user.id %}b=1&{% endif %}{% echo user.first_name %}=1',
        ).renderTarget(withUser({ first_name: 'key' })),
      ).reason,
    ).toBe('place')
  })

  test('whatever the values, the segments and the query keys stay', () => {
    const url = compiled(
      "https://api.example.com/a/{{ user.first_name }}/b/{{ pathParams.p }}/{{ get_variable('v') }}?q={{ user.email }}&r=x{{ user.email }}",
      { p: 'text' },
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('.', '/', '%', '2', 'e', 'f', '\\', '?', '&', '=', '#', 'a', ';', '\n'),
      }),
    )
    fc.assert(
      fc.property(fc.record({ first_name: text, p: text, v: text, email: text }), (given) => {
        const { first_name, p, v, email } = given
        const render = (): string =>
          url.renderTarget({
            ...withUser({ first_name, email }),
            pathParams: { p },
            variables: new Map([['v', v]]),
          })
        if (
          !Object.values(given).every((value) => value.isWellFormed()) ||
          [first_name, p, v].some(isDangerous)
        ) {
          expect(failureOf(render).reason).toBe('place')
          return
        }
        const target = render()
        const parsed = new URL(`https://api.example.com${target}`)
        expect(parsed.host).toBe('api.example.com')
        expect(parsed.pathname + parsed.search).toBe(target)
        expect(parsed.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', first_name, 'b', p, v])
        expect([...parsed.searchParams]).toEqual([
          ['q', email],
          ['r', `x${email}`],
        ])
      }),
      { numRuns: 2000 },
    )
  })
})

/** What an API could take for another path once it has decoded a segment. */
function isDangerous(value: string): boolean {
  return /[\x00-\x1f\x7f\\]/.test(value) || value.split('/').some((part) => /^\.{1,2}(?:;|$)/.test(part))
}

test.each([
  ['https://api.example.com./a', 'https://api.example.com'],
  ['https://api.example.com.:8443/a', 'https://api.example.com:8443'],
  ['https://93.184.216.34./a', 'https://93.184.216.34'],
])('the final dot of a host is dropped: %s', (source, origin) => {
  const { url, errors } = compileUrl(source, { pathParameters: new Map() })
  expect(errors).toEqual([])
  expect(url?.renderOrigin(values)).toBe(origin)
})
