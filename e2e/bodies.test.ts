/** Body templates in every format, through the whole proxy: what reaches the API, and what reaches the browser. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { type WireAnswer, wireCall } from './harness/wire-call.ts'

const base = "{{ get_variable('api') }}"
const typed = (value: string) => [{ key: 'Content-Type', value }]

const priceFromXml =
  '{% assign price = response.body | split: \'<price>\' | last | split: \'</price>\' | first %}{"price": {{ price | times: 1 }}, "ok": true}'
const byStatus =
  '{% if response.status_code >= 400 %}{"error": {"status": {{ response.status_code }}, "message": {{ response.json.message | default: response.body }}}}{% else %}{"data": {{ response.json }}}{% endif %}'

let api: RecordingApi
let sluice: SluiceDev
let session: readonly [string, string]

const registry = {
  connectors: [
    {
      name: 'Json',
      method: 'POST',
      url: `${base}/echo`,
      request_body:
        '{"by": "{{ user.email }}", "title": {{ body.title }}, "note": "Note: {{ body.note | plain }}"}',
    },
    {
      name: 'Form',
      method: 'POST',
      url: `${base}/echo`,
      headers: typed('application/x-www-form-urlencoded'),
      request_body:
        '{% for line in body.lines %}{% unless forloop.first %}&{% endunless %}lines[{{ forloop.index0 }}][name]={{ line }}{% endfor %}',
    },
    {
      name: 'Xml',
      method: 'POST',
      url: `${base}/echo`,
      headers: typed('application/soap+xml; charset=utf-8'),
      request_body: '<q by="{{ user.email }}">{{ body.q }}</q>',
    },
    {
      name: 'Soql',
      method: 'POST',
      url: `${base}/echo`,
      request_body: `{"q": "SELECT Id FROM Lead WHERE Name = '{{ body.name | soql }}'"}`,
    },
    { name: 'From xml', url: `${base}/price`, response_body: priceFromXml },
    {
      name: 'To html',
      url: `${base}/html`,
      response_body: '<p>{{ response.json.x }}</p>',
      response_content_type: 'text/html',
    },
    {
      name: 'By status',
      url: `${base}/status/{{ pathParams.code }}`,
      path_parameters: [{ key: 'code' }],
      response_body: byStatus,
    },
    { name: 'Binary', url: `${base}/binary`, response_body: '{"text": {{ response.body }}}' },
    {
      name: 'Loops',
      url: `${base}/html`,
      response_body: '[{% for i in (1..5000) %}{% for j in (1..5000) %}{% endfor %}{% endfor %}1]',
    },
  ],
}

beforeAll(async () => {
  api = await startRecordingApi({
    price: (_, response) =>
      void response
        .setHeader('content-type', 'text/xml')
        .end('<item><name>A &amp; B</name><price>12.50</price></item>'),
    html: (_, response) => void response.end('{"x": "<img src=x onerror=alert(1)>"}'),
    status: (request, response) => {
      const code = Number(request.url?.split('/').at(-1))
      response.writeHead(code, { 'retry-after': '7' })
      response.end(code === 502 ? 'Bad "gateway"' : code === 404 ? '{"message": "gone"}' : '{"id": 1}')
    },
    binary: (_, response) => void response.end(Buffer.from([0xff, 0xfe, 0x00])),
  })
  sluice = await startSluiceDev({
    registry,
    config: {
      tenant_id: 'acme',
      session_secret: sessionSecret,
      variables: { api: api.origin },
      allow_upstreams: [`127.0.0.1:${api.port}`],
    },
  })
  session = await bearer({ tenant_id: 'acme', email: `"ada" & <co>@example.com` })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

beforeEach(() => {
  api.received.length = 0
})

function call(permalink: string, payload?: unknown, path?: string): Promise<WireAnswer> {
  return wireCall(sluice.url, {
    method: payload === undefined ? 'GET' : 'POST',
    target: `/connectors/${permalink}/execute`,
    headers: [session, ...(path === undefined ? [] : [['X-Path-Params', path] as const])],
    ...(payload !== undefined && { body: JSON.stringify(payload) }),
  })
}

const nasty = `"\\'&<>;=\n\u2028 {{ user.id }}`

test('JSON: values arrive as what they are, wherever they stand', async () => {
  expect((await call('json', { title: nasty, note: 'plain' })).status).toBe(200)
  expect(JSON.parse(String(api.received[0]?.body))).toEqual({
    by: `"ada" & <co>@example.com`,
    title: nasty,
    note: 'Note: plain',
  })
  expect(api.received[0]?.headers['content-type']).toBe('application/json')
})

test('a value that its place refuses is 422 with field, line and column, and nothing is sent', async () => {
  const answer = await call('json', { title: 1, note: "' OR 1" })
  expect(answer.status).toBe(422)
  expect(answer.json()).toMatchObject({ code: 'TEMPLATE_RENDERING_FAILED', stage: 'transform-request' })
  expect(answer.json().detail).toMatch(/^request_body, line 1, column 70: plain lets only/)
  expect(api.received).toEqual([])
})

test("form: keys are the author's, values the caller's", async () => {
  await call('form', { lines: [nasty, 'a&lines[9][name]=b'] })
  expect([...new URLSearchParams(String(api.received[0]?.body))]).toEqual([
    ['lines[0][name]', nasty],
    ['lines[1][name]', 'a&lines[9][name]=b'],
  ])
  expect(api.received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded')
})

test('XML: values are text and attribute values', async () => {
  await call('xml', { q: '</q><admin/>]]>' })
  expect(String(api.received[0]?.body)).toBe(
    '<q by="&quot;ada&quot; &amp; &lt;co&gt;@example.com">&lt;/q&gt;&lt;admin/&gt;]]&gt;</q>',
  )
})

test('an inner language: a value stays within the quotes of the author', async () => {
  await call('soql', { name: `O'Brien' OR Name != '` })
  expect(JSON.parse(String(api.received[0]?.body))).toEqual({
    q: `SELECT Id FROM Lead WHERE Name = 'O\\'Brien\\' OR Name != \\''`,
  })
})

test('an XML answer becomes JSON', async () => {
  const answer = await call('from-xml')
  expect(answer.json()).toEqual({ price: 12.5, ok: true })
  expect(answer.headers['content-type']).toBe('application/json')
})

test('an HTML answer holds no markup of the API, and may run nothing', async () => {
  const answer = await call('to-html')
  expect(answer.text).toBe('<p>&lt;img src=x onerror=alert(1)&gt;</p>')
  expect(answer.headers['content-type']).toBe('text/html')
  expect(answer.headers['content-security-policy']).toBe("sandbox; default-src 'none'")
  expect(answer.headers['x-content-type-options']).toBe('nosniff')
})

test.each([
  [200, { data: { id: 1 } }],
  [404, { error: { status: 404, message: 'gone' } }],
  [502, { error: { status: 502, message: 'Bad "gateway"' } }],
])('the response template runs on every status: %s', async (status, expected) => {
  const answer = await call('by-status', undefined, `code=${status}`)
  expect(answer.status).toBe(status)
  expect(answer.json()).toEqual(expected)
  expect(answer.headers['x-connector-error']).toBeUndefined()
  expect(answer.headers['retry-after']).toBe('7')
})

test('an answer that is not UTF-8 has no text', async () => {
  expect((await call('binary')).json()).toEqual({ text: null })
})

test('a template that loops for ever is 502, and others are answered meanwhile', async () => {
  const [looping, other] = await Promise.all([call('loops'), call('from-xml')])
  expect([looping.status, looping.json().code]).toEqual([502, 'RESPONSE_TEMPLATE_FAILED'])
  expect(other.status).toBe(200)
})
