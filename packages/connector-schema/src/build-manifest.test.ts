import { expect, test } from 'vitest'
import { manifestOf } from './build-manifest.ts'
import { parseDefinition } from './parse-definition.ts'

test('a manifest tells what a call may send and nothing of where it goes', () => {
  const { definition } = parseDefinition({
    name: 'Search',
    url: 'https://internal.example.com/{{ pathParams.kind }}/{{ pathParams.page }}',
    headers: [{ key: 'Accept-Language', value: 'en', overridable: true }],
    query_parameters: [
      { key: 'q', overridable: true, constraints: { max_length: 9, roles: ['staff'] } },
      { key: 'locked', value: 'hidden-value' },
      { key: 'only-roles', overridable: true, constraints: { roles: ['staff'] } },
    ],
    path_parameters: [{ key: 'kind' }, { key: 'page', value: 'one' }],
    authentication: { type: 'api_key', config: { key: 'X-K', value: "{{ get_secret('crm_key') }}" } },
    roles: ['staff'],
  })
  const manifest = manifestOf(definition ? [definition] : [])
  expect(manifest).toEqual({
    version: 1,
    connectors: {
      search: {
        method: 'GET',
        query: ['q', 'only-roles'],
        headers: ['Accept-Language'],
        path: { required: ['kind'], optional: ['page'] },
        constraints: { query: { q: { max_length: 9 } } },
        unlisted_parameters: 'reject',
        payload: false,
        access: 'authenticated',
      },
    },
  })
})
