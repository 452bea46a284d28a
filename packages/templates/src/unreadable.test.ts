import { describe, expect, test } from 'vitest'
import { compileTemplate } from './compile.ts'
import { failureOf, values } from './testing/support.ts'
import type { PlaceName, ResponseValues, TemplateValues } from './types.ts'

function render(source: string, place: PlaceName, given: Partial<TemplateValues>): string {
  const { template, errors } = compileTemplate(source, { place })
  expect(errors, source).toEqual([])
  return template?.render({ ...values, ...given }) ?? ''
}

const unread = (more: Partial<ResponseValues> = {}): Partial<TemplateValues> => ({
  response: { status: 200, headers: [], text: undefined, encoding: 'UTF-16', ...more },
})

describe('a response that is not UTF-8', () => {
  test.each([
    '{{ response.json }}',
    '{{ response.json.a }}',
    '{{ response.body | from_json }}',
    '{{ response.body | strip | from_json }}',
    '{% assign t = response.body %}{{ t | from_json }}',
    '{% assign t = response.body | from_json %}{"a": {{ t.a }}}',
    '{% capture t %}{{ response.body }}{% endcapture %}{{ t | from_json }}',
  ])('is never read as nothing: %s', (source) => {
    const failure = failureOf(() => render(source, 'response_body', unread()))
    expect(failure.reason).toBe('json')
    expect(failure.message).toContain('not UTF-8 (it looks like UTF-16)')
    const unknown = failureOf(() => render(source, 'response_body', unread({ encoding: undefined })))
    expect(unknown.message).toMatch(/not UTF-8, as JSON must be/)
  })

  test('as text it is nothing, and a template may ask', () => {
    expect(render('{"t": {{ response.body }}}', 'response_body', unread())).toBe('{"t": null}')
    const source = '{% if response.body %}{{ response.body | from_json }}{% else %}"binary"{% endif %}'
    expect(render(source, 'response_body', unread())).toBe('"binary"')
  })

  test('response.json of an error page is nothing, as ever', () => {
    expect(render('{"j": {{ response.json }}}', 'response_body', unread({ status: 502 }))).toBe('{"j": null}')
  })

  test('what can be read is read as before', () => {
    const read = unread({ text: '', encoding: undefined })
    expect(
      render('{"j": {{ response.json }}, "n": {{ user.last_name | from_json }}}', 'response_body', read),
    ).toBe('{"j": null, "n": null}')
  })
})

describe('a payload with a key twice', () => {
  const twice = { body: { text: '{"id": 1, "deep": [{"a": 1, "\\u0061": 2}], "id": 2}' } }

  test.each([
    '{{ body.id }}',
    '{{ body.other }}',
    '{{ body }}',
    '{{ body_text }}',
    '{{ body_text | from_json | json }}',
    '{% assign t = body_text %}{"a": {{ t }}}',
    '{% for pair in body %}{% endfor %}1',
    '{% if body.id == 1 %}1{% else %}2{% endif %}',
  ])('is refused where it is read: %s', (source) => {
    const failure = failureOf(() => render(source, 'request_body', twice))
    expect(failure).toMatchObject({ reason: 'payload', pointers: ['/deep/0/a', '/id'] })
  })

  test('only there, and only where it is JSON', () => {
    expect(render('{"a": 1}', 'request_body', twice)).toBe('{"a": 1}')
    expect(render('{% if false %}{{ body.id }}{% endif %}1', 'request_body', twice)).toBe('1')
    const text = '{"a":1,"a":2'
    expect(render('{"t": {{ body_text }}}', 'request_body', { body: { text } })).toBe(
      `{"t": ${JSON.stringify(text)}}`,
    )
    expect(
      render('{"t": {{ body_text }}}', 'request_body', { body: { text: '<a a="1" a="1"/>' } }),
    ).toContain('<a')
  })
})
