/** A widget's call against an API that exists as msw handlers only: SDK, proxy and templates are real. */
import { createConnectorClient, isConnectorError } from '@sluice/connector-sdk'
import { HttpResponse, http } from 'msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MockedApi, startMockedApi } from './harness/mocked-api.ts'
import { sessionSecret, sessionToken } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'

const origin = 'https://api.crm.example'
const key = 'crm-key-0123456789'
const leads: unknown[] = []

let api: MockedApi
let sluice: SluiceDev

beforeAll(async () => {
  api = await startMockedApi(origin, [
    http.get(`${origin}/v1/contacts/:id`, ({ params, request }) => {
      if (request.headers.get('x-api-key') !== key)
        return HttpResponse.json({ error: 'key' }, { status: 401 })
      return HttpResponse.json({ id: params.id, name: 'Grace', salary: 1 })
    }),
    http.post(`${origin}/v1/leads`, async ({ request }) => {
      leads.push(await request.json())
      return HttpResponse.json({ error: 'duplicate' }, { status: 409 })
    }),
  ])
  const authentication = { type: 'api_key', config: { key: 'X-API-Key', value: "{{ get_secret('crm') }}" } }
  sluice = await startSluiceDev({
    registry: {
      connectors: [
        {
          name: 'CRM contact',
          url: "{{ get_variable('crm_url') }}/v1/contacts/{{ pathParams.id }}",
          path_parameters: [{ key: 'id' }],
          authentication,
          response_body: '{"id": {{ response.json.id | json }}, "name": {{ response.json.name | json }}}',
        },
        {
          name: 'CRM lead',
          method: 'POST',
          url: "{{ get_variable('crm_url') }}/v1/leads",
          authentication,
          request_body: '{"company": {{ body.company | json }}, "owner": {{ user.email | json }}}',
        },
      ],
    },
    config: {
      tenant_id: 'demo',
      session_secret: sessionSecret,
      secrets: { crm: { value: key, allowed_hosts: ['127.0.0.1'] } },
      variables: { crm_url: api.origin },
      allow_upstreams: [api.host],
    },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

const client = () => createConnectorClient({ baseUrl: sluice.url, session: () => sessionToken() })

test('a widget gets what the definition picks of the answer', async () => {
  const { callConnector } = client()
  expect(await callConnector('crm-contact', { path: { id: 42 } })).toEqual({ id: '42', name: 'Grace' })
})

test('who owns a lead comes from the session, whatever the widget sends; the API’s refusal is its own', async () => {
  const { callConnector } = client()
  const failed = callConnector('crm-lead', { payload: { company: 'Acme', owner: 'somebody else' } })
  const error = await failed.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(isConnectorError(error)).toBe(true)
  expect(error).toMatchObject({ name: 'ConnectorUpstreamError', status: 409, body: { error: 'duplicate' } })
  expect(leads).toEqual([{ company: 'Acme', owner: 'ada@example.com' }])
})
