import type { Manifest } from '../types.ts'

const nothing = {
  query: [],
  headers: [],
  path: { required: [], optional: [] },
  constraints: {},
  unlisted_parameters: 'reject',
  payload: false,
  access: 'authenticated',
} as const

/** As `sluice types` writes it: one connector of each kind that the SDK treats differently. */
export const manifest = {
  version: 1,
  connectors: {
    search: {
      ...nothing,
      method: 'GET',
      query: ['q', 'limit', 'sort', 'flag', 'tag', 'any'],
      headers: ['Accept', 'X-Api-Version'],
      constraints: {
        query: {
          limit: { type: 'integer', minimum: 1, maximum: 50 },
          sort: { enum: ['asc', 'desc'] },
          flag: { type: 'boolean' },
          tag: { type: 'string', multiple: true, min_length: 2, max_length: 4 },
        },
        headers: { 'X-Api-Version': { enum: [1, 2] } },
      },
    },
    'idea-endorsements': {
      ...nothing,
      method: 'GET',
      path: { required: ['idea_id'], optional: ['lang'] },
    },
    open: { ...nothing, method: 'GET', query: ['q'], unlisted_parameters: 'allow' },
    bare: { ...nothing, method: 'GET' },
    probe: { ...nothing, method: 'HEAD' },
    ask: { ...nothing, method: 'OPTIONS' },
    create: { ...nothing, method: 'POST', payload: true },
    replace: { ...nothing, method: 'PUT', payload: true },
    change: { ...nothing, method: 'PATCH', payload: true },
    remove: { ...nothing, method: 'DELETE', payload: true },
  },
} as const satisfies Manifest
