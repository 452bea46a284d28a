import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { compiled, errorsOf, failureOf, render, withUser } from '../testing/support.ts'
import { filterTable } from './table.ts'

test.each([
  'where_exp',
  'reject_exp',
  'find_exp',
  'find_index_exp',
  'has_exp',
  'group_by_exp',
  'sample',
  'inspect',
  'jsonify',
  'nope',
  'constructor',
  'toString',
])('the filter %s does not exist', (name) => {
  expect(errorsOf(`{{ user.roles | ${name}: 'x', 'x' }}`)[0]?.code).toBe('UNKNOWN_FILTER')
  expect(filterTable.has(name)).toBe(false)
})

describe('time and chance stay outside', () => {
  test('now and today are no dates, written or given', () => {
    for (const word of ['now', 'today']) {
      for (const filter of [
        "date: '%Y'",
        'date_to_xmlschema',
        'date_to_rfc822',
        'date_to_string',
        'date_to_long_string',
      ]) {
        expect(errorsOf(`{{ '${word}' | ${filter} }}`)[0]?.message).toContain('now()')
        expect(
          failureOf(() =>
            render(`{{ user.first_name | ${filter} }}`, 'query', withUser({ first_name: word })),
          ).reason,
        ).toBe('filter')
        expect(failureOf(() => render(`{{ '${word}' | append: '' | ${filter} }}`)).reason).toBe('filter')
      }
    }
    expect(errorsOf("{{ '\\u006eow' | date: '%Y' }}")[0]?.message).toContain('now()')
  })

  test.each([
    ["{{ '2024-03-01' | date: '%Y-%m-%d %H:%M' }}", '2024-03-01 00:00'],
    ["{{ '2024-03-01T10:00:00' | date: '%H:%M %z' }}", '10:00 +0000'],
    ["{{ '2024-03-01T10:00:00+02:00' | date: '%H:%M' }}", '08:00'],
    ["{{ '2024-03-01 10:00' | date: '%H:%M' }}", '10:00'],
    ["{{ 'Fri, 01 Mar 2024 10:00:00 GMT' | date: '%H:%M' }}", '10:00'],
    ["{{ 'March 1, 2024' | date: '%d.%m.%Y %H' }}", '01.03.2024 00'],
    ["{{ 'no date' | date: '%Y' }}", 'no date'],
    ['{{ 1709287200 | date_to_xmlschema }}', '2024-03-01T10:00:00+00:00'],
  ])('a date does not depend on the zone of the machine: %s', (source, expected) => {
    const zone = process.env.TZ
    try {
      for (const other of ['America/New_York', 'Asia/Tokyo', 'UTC']) {
        process.env.TZ = other
        expect(render(source)).toBe(expected)
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})

describe('json', () => {
  test('from_json reads what json writes', () => {
    expect(render('{{ \'{"a":[1,{"b":"c"}]}\' | from_json | json }}')).toBe('{"a":[1,{"b":"c"}]}')
    expect(
      render(
        '[{{ user.last_name | json }},{{ user.last_name | tojson }},{{ user.roles | json_encode }}]',
        'request_body',
      ),
    ).toBe('[null,null,["admin","editor"]]')
    expect(render('{{ user.last_name | from_json }}', 'request_body')).toBe('null')
  })

  test.each(['', '{', "{'a':1}", 'undefined', '[1,]', '\u0000'])(
    'what is not JSON fails, and is not quoted: %j',
    (text) => {
      const failure = failureOf(() =>
        render('\n{{ user.first_name | from_json }}', 'query', withUser({ first_name: text })),
      )
      expect(failure).toMatchObject({
        reason: 'json',
        line: 2,
        column: 1,
        message: 'The input of from_json is not valid JSON.',
      })
    },
  )
})

describe('signing', () => {
  test('digests and their keyed forms', () => {
    for (const algorithm of ['sha1', 'sha256', 'sha512']) {
      const digest = createHash(algorithm).update('Ada').digest('hex')
      expect(render(`{{ user.first_name | ${algorithm} }}`)).toBe(digest)
      const signed = (encoding: 'hex' | 'base64'): string =>
        createHmac(algorithm, 's3cr3t-value').update('Ada').digest(encoding)
      expect(render(`{{ user.first_name | hmac_${algorithm}: get_secret('key') }}`)).toBe(signed('hex'))
      expect(render(`{{ user.first_name | hmac_${algorithm}: get_secret('key'), 'base64' }}`)).toBe(
        signed('base64'),
      )
    }
    expect(errorsOf("{{ user.id | hmac_sha256: 'k', 'latin1' }}")[0]?.message).toContain("'base64'")
    expect(errorsOf('{{ user.id | hmac_sha256 }}')[0]?.message).toContain('argument')
    expect(
      failureOf(() => render('{{ user.id | hmac_sha256: user.last_name }}', 'request_body')).reason,
    ).toBe('filter')
  })

  test('base64 and base64url', () => {
    const given = withUser({ first_name: '~~~???ä' })
    expect(render('{{ user.first_name | base64_encode }}', 'query', given)).toBe('fn5+Pz8/w6Q=')
    expect(render('{{ user.first_name | base64url_encode }}', 'query', given)).toBe('fn5-Pz8_w6Q')
    expect(render("{{ 'fn5+Pz8/w6Q=' | base64_decode }}")).toBe('~~~???ä')
    expect(failureOf(() => render("{{ '!' | base64_decode }}")).reason).toBe('filter')
  })

  test('jwt_encode gives a signed compact token', () => {
    const source = `{% capture c %}{"sub":{{ user.id | json }},"exp":{{ now(60) }}}{% endcapture %}{{ c | from_json | jwt_encode: get_secret('key'), 'HS256' }}`
    const [header = '', claims = '', signature, ...rest] = render(source, 'header').split('.')
    expect(decodePart(header)).toEqual({ typ: 'JWT', alg: 'HS256' })
    expect(decodePart(claims)).toEqual({ sub: 'u1', exp: 1_700_000_060 })
    expect(signature).toBe(
      createHmac('sha256', 's3cr3t-value').update(`${header}.${claims}`).digest('base64url'),
    )
    expect(rest).toEqual([])
  })

  test('jwt_encode takes headers, but none that decide how it is verified', () => {
    const source =
      "{% assign h = user.first_name | from_json %}{{ user.email | from_json | jwt_encode: 'k', 'HS256', h }}"
    const template = compiled(source, 'header')
    const token = template.render(withUser({ email: '{}', first_name: '{"kid":"1"}' }))
    expect(decodePart(token.split('.')[0] ?? '')).toEqual({ typ: 'JWT', kid: '1', alg: 'HS256' })
    for (const header of ['alg', 'crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c']) {
      expect(
        failureOf(() => template.render(withUser({ email: '{}', first_name: `{"${header}":"none"}` })))
          .reason,
      ).toBe('filter')
    }
    for (const claims of ['[]', '"a"', 'null', '1']) {
      expect(failureOf(() => template.render(withUser({ email: claims, first_name: '{}' }))).reason).toBe(
        'filter',
      )
    }
    expect(
      errorsOf("{{ user.email | from_json | jwt_encode: 'k', 'none' }}", 'header')[0]?.message,
    ).toContain("'HS256'")
  })
})

test('a filter that fails speaks in our words alone', () => {
  const given = withUser({ first_name: '%E0%A4%A', email: 'hidden-zone' })
  for (const source of [
    '{{ user.first_name | url_decode }}',
    "{{ 0 | date: '%Y', user.email }}",
    '{{ user.first_name | base64_decode }}',
  ]) {
    const failure = failureOf(() => render(source, 'query', given))
    expect(failure.reason).toBe('filter')
    expect(`${failure.message}${failure.stack}${String(failure.cause)}`).not.toMatch(
      /%E0|hidden-zone|malformed|liquidjs/,
    )
  }
})

function decodePart(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

test.each([
  ["where: 'owner', user.last_name", '[]'],
  ["find: 'owner', user.last_name", 'null'],
  ["has: 'owner', user.last_name", 'false'],
  ["where: 'owner'", '[{"owner":"a"},{"owner":"b"}]'],
  ["where: 'owner', user.first_name", '[]'],
])(
  'what is compared with a missing value is not taken for what merely has the property: %s',
  (filter, expected) => {
    const source = `{% assign rows = '[{"owner":"a"},{"owner":"b"},{}]' | from_json %}{{ rows | ${filter} | json }}`
    expect(render(source, 'request_body')).toBe(expected)
  },
)

test('what is rejected for a missing value is nothing', () => {
  const source = `{% assign rows = '[{"owner":"a"},{}]' | from_json %}{{ rows | reject: 'owner', user.last_name | json }}`
  expect(render(source, 'request_body')).toBe('[{"owner":"a"},{}]')
})

test('raw takes no argument', () => {
  expect(errorsOf("{{ user.id | raw: 'a' }}")[0]?.code).toBe('SYNTAX')
})
