import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compiled, errorsOf, failureOf, render, values, withUser } from './testing/support.ts'
import type { PlaceName } from './types.ts'

describe('a header stays one line of Latin-1', () => {
  test.each(['\r', '\n', '\r\nX-Admin: 1', '\0', '\x1b', '\x7f', '\x85', '€', '日本', '\ud800'])(
    '%j is refused',
    (text) => {
      const failure = failureOf(() =>
        render('a {{ user.first_name }}', 'header', withUser({ first_name: text })),
      )
      expect(failure).toMatchObject({ reason: 'place', line: 1, column: 3 })
      expect(failure.message).toContain('| url_encode')
      expect(failure.message).not.toContain(text)
      expect(
        failureOf(() => render('{{ user.first_name | raw }}', 'auth_header', withUser({ first_name: text })))
          .reason,
      ).toBe('place')
      expect(
        failureOf(() =>
          render(
            '{% capture c %}{{ user.first_name }}{% endcapture %}{{ c }}',
            'header',
            withUser({ first_name: text }),
          ),
        ).reason,
      ).toBe('place')
      expect(
        failureOf(() => render('{% cycle user.first_name %}', 'header', withUser({ first_name: text })))
          .reason,
      ).toBe('place')
    },
  )

  test('url_encode makes any text fit', () => {
    expect(render('{{ user.first_name | url_encode }}', 'header', withUser({ first_name: 'a\r\n€' }))).toBe(
      'a%0D%0A%E2%82%AC',
    )
  })

  test('literal text is refused when it is saved', () => {
    expect(errorsOf('a\nb', 'header')[0]?.code).toBe('INVALID_LITERAL')
    expect(errorsOf('{{ user.id }}\n€', 'header')).toMatchObject([{ code: 'INVALID_LITERAL' }])
    expect(render('{% if true -%}\n  a\n{%- endif %}', 'header')).toBe('a')
  })

  test('whatever the values, it is one line', () => {
    const template = compiled(
      "Bearer {{ user.first_name }}; {{ get_variable('region') | append: user.email }}",
      'header',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (first_name, region) => {
        const given = { ...withUser({ first_name }), variables: new Map([['region', region]]) }
        const isFit = !/[^\t\x20-\x7e\xa0-\xff]/.test(first_name + region)
        if (isFit) expect(template.render(given)).toBe(`Bearer ${first_name}; ${region}ada@example.com`)
        else expect(failureOf(() => template.render(given)).reason).toBe('place')
      }),
    )
  })
})

test.each(['; admin=1', 'a,b', '"x"'])('no value adds a cookie: %s', (text) => {
  const given = withUser({ first_name: text })
  expect(render('a={{ user.id }}; b="{{ tenant_id }}"', 'cookie', given)).toBe('a=u1; b="t1"')
  expect(failureOf(() => render('a={{ user.first_name }}', 'cookie', given)).reason).toBe('place')
  expect(failureOf(() => render('a={{ user.first_name | raw }}', 'cookie', given)).reason).toBe('place')
  expect(failureOf(() => render('a={% echo user.first_name %}', 'cookie', given)).reason).toBe('place')
  expect(
    failureOf(() => render('{% capture c %}a={{ user.first_name }}{% endcapture %}{{ c }}', 'cookie', given))
      .reason,
  ).toBe('place')
  expect(failureOf(() => render('{% cycle user.first_name %}', 'cookie', given)).reason).toBe('place')
})

test('a user name holds no colon, a password no control character', () => {
  expect(render('{{ user.email }}', 'basic_username')).toBe('ada@example.com')
  expect(
    failureOf(() => render('{{ user.email }}', 'basic_username', withUser({ email: 'a:b' }))).reason,
  ).toBe('place')
  expect(
    failureOf(() => render('{{ user.email }}', 'basic_username', withUser({ email: 'a\nb' }))).reason,
  ).toBe('place')
  expect(errorsOf('a:b', 'basic_username')[0]?.code).toBe('INVALID_LITERAL')
  expect(render('{{ user.email }}', 'basic_password', withUser({ email: 'pa:ß€' }))).toBe('pa:ß€')
  expect(
    failureOf(() => render('{{ user.email }}', 'basic_password', withUser({ email: 'a\nb' }))).reason,
  ).toBe('place')
})

test('a query value is left as it is: it is encoded whole when it is sent', () => {
  expect(render('{{ user.first_name }} = ä', 'query', withUser({ first_name: 'a&b=c\n' }))).toBe(
    'a&b=c\n = ä',
  )
})

test('in a URL each output is percent-encoded once, wherever it was gathered', () => {
  const given = withUser({ first_name: "a/b?c#d%&=+ '()*!~\u00e4" })
  const encoded = 'a%2Fb%3Fc%23d%25%26%3D%2B%20%27%28%29%2A%21~%C3%A4'
  for (const source of [
    '{{ user.first_name }}',
    '{% echo user.first_name %}',
    '{% capture c %}{{ user.first_name }}{% endcapture %}{{ c }}',
    '{% cycle user.first_name %}',
  ]) {
    expect(render(source, 'url', given)).toBe(encoded)
  }
  expect(
    failureOf(() => render('{{ user.first_name }}', 'url', withUser({ first_name: '\ud800' }))).reason,
  ).toBe('place')
})

test('raw switches encoding off, with a warning', () => {
  const template = compiled('{{ user.first_name | raw }}', 'url')
  expect(template.render(withUser({ first_name: 'a/b' }))).toBe('a/b')
  expect(errorsOf('{{ user.first_name | raw | upcase }}', 'url')[0]?.message).toContain('last')
  expect(errorsOf('{% assign x = user.id | raw %}', 'url')[0]?.message).toContain('last')
})

test('a list is written part after part, and an object not at all', () => {
  expect(render('{{ user.roles }}')).toBe('admineditor')
  for (const place of ['query', 'header', 'url'] satisfies PlaceName[]) {
    expect(failureOf(() => render('{{ user.profile_fields.by_id(7) }}', place))).toMatchObject({
      reason: 'filter',
      column: 1,
    })
  }
})

describe('missing values', () => {
  test('without a user, user.* fails', () => {
    const given = { ...values, session: { tenant_id: 't1' } }
    expect(failureOf(() => render('{{ user.id }}', 'query', given)).reason).toBe('missing')
    expect(failureOf(() => render('{% if user %}a{% endif %}', 'query', given)).reason).toBe('missing')
    expect(failureOf(() => render('{{ user.profile_fields.by_id(1) }}', 'query', given)).reason).toBe(
      'missing',
    )
    expect(render('{{ tenant_id }}', 'query', given)).toBe('t1')
  })
})
