import type { TemplateValues } from '@sluice/templates'
import { nodeRuntime } from '@sluice/templates/runtime'

/** The values that every contender renders. */
export interface Values {
  readonly user: {
    readonly id: string
    readonly email: string
    readonly first_name: string
    readonly roles: string[]
  }
  readonly tenant_id: string
  readonly pathParams: { readonly idea_id: string }
  readonly now: number
  readonly body: {
    readonly title: string
    readonly amount: number
    readonly tags: string[]
    readonly note: string
  }
  readonly items: readonly Item[]
}

interface Item {
  readonly id: number
  readonly name: string
  readonly price: number
  readonly active: boolean
}

/** One template in every dialect, and what its text means. */
export interface Shape {
  readonly name: string
  readonly place: 'header' | 'url' | 'request_body' | 'response_body'
  /** As Sluice's authors write it: values are escaped for where they stand. */
  readonly sluice: string
  /** For engines that escape nothing by themselves. */
  readonly liquid: string
  readonly nunjucks: string
  readonly byHand: (values: Values) => string
  /** What the rendered text is compared by. */
  readonly meaning: (text: string) => unknown
}

const items: readonly Item[] = Array.from({ length: 100 }, (_, id) => ({
  id,
  name: `Item "${id}"`,
  price: id * 1.5,
  active: id % 3 === 0,
}))

export const values: Values = {
  user: { id: 'u-1742', email: 'ada@example.com', first_name: 'Ada "Countess"', roles: ['admin', 'editor'] },
  tenant_id: 'acme',
  pathParams: { idea_id: '42' },
  now: 1_700_000_000,
  body: { title: 'A title\nof two lines', amount: 12.5, tags: ['a', 'b'], note: 'plain' },
  items,
}

/** The same, as an exchange brings them. */
export function templateValues(): TemplateValues {
  const { user, tenant_id, pathParams, now, body } = values
  return {
    session: { tenant_id, user: { ...user, profile_fields: {} } },
    pathParams,
    variables: new Map(),
    nowSeconds: now,
    runtime: nodeRuntime,
    body: { text: JSON.stringify(body) },
    response: { status: 200, headers: [], text: JSON.stringify({ items }) },
  }
}

const json = JSON.stringify

export const shapes: readonly Shape[] = [
  {
    name: 'short header',
    place: 'header',
    sluice: 'tenant={{ tenant_id }} user={{ user.id }}',
    liquid: 'tenant={{ tenant_id }} user={{ user.id }}',
    nunjucks: 'tenant={{ tenant_id }} user={{ user.id }}',
    byHand: ({ tenant_id, user }) => `tenant=${tenant_id} user=${user.id}`,
    meaning: String,
  },
  {
    name: 'URL',
    place: 'url',
    sluice:
      'https://api.example.com/v2/ideas/{{ pathParams.idea_id }}/by/{{ user.email }}?tenant={{ tenant_id }}',
    liquid:
      '/v2/ideas/{{ pathParams.idea_id | url_encode }}/by/{{ user.email | url_encode }}?tenant={{ tenant_id | url_encode }}',
    nunjucks:
      '/v2/ideas/{{ pathParams.idea_id | urlencode }}/by/{{ user.email | urlencode }}?tenant={{ tenant_id | urlencode }}',
    byHand: ({ pathParams, user, tenant_id }) =>
      `/v2/ideas/${encodeURIComponent(pathParams.idea_id)}/by/${encodeURIComponent(user.email)}?tenant=${encodeURIComponent(tenant_id)}`,
    meaning: String,
  },
  {
    name: 'JSON request body',
    place: 'request_body',
    sluice: `{
  "title": {{ body.title }}, "amount": {{ body.amount }}, "tags": {{ body.tags }}, "note": "{{ body.note }}",
  "currency": "EUR", "source": "widget", "by": { "id": "{{ user.id }}", "email": {{ user.email }} },
  "greeting": "Dear {{ user.first_name }}", "tenant": {{ tenant_id }}, "at": {{ now() }}
}`,
    liquid: `{
  "title": {{ body.title | json }}, "amount": {{ body.amount | json }}, "tags": {{ body.tags | json }}, "note": {{ body.note | json }},
  "currency": "EUR", "source": "widget", "by": { "id": {{ user.id | json }}, "email": {{ user.email | json }} },
  "greeting": {{ "Dear " | append: user.first_name | json }}, "tenant": {{ tenant_id | json }}, "at": {{ now }}
}`,
    nunjucks: `{
  "title": {{ body.title | dump }}, "amount": {{ body.amount | dump }}, "tags": {{ body.tags | dump }}, "note": {{ body.note | dump }},
  "currency": "EUR", "source": "widget", "by": { "id": {{ user.id | dump }}, "email": {{ user.email | dump }} },
  "greeting": {{ ("Dear " + user.first_name) | dump }}, "tenant": {{ tenant_id | dump }}, "at": {{ now }}
}`,
    byHand: ({ body, user, tenant_id, now }) =>
      `{"title":${json(body.title)},"amount":${json(body.amount)},"tags":${json(body.tags)},"note":${json(body.note)},"currency":"EUR","source":"widget","by":{"id":${json(user.id)},"email":${json(user.email)}},"greeting":${json(`Dear ${user.first_name}`)},"tenant":${json(tenant_id)},"at":${now}}`,
    meaning: JSON.parse,
  },
  {
    name: '100-item JSON response',
    place: 'response_body',
    sluice:
      '{"items": [{% for item in response.json.items %}{% unless forloop.first %},{% endunless %}{"id": {{ item.id }}, "name": "{{ item.name }}", "price": {{ item.price }}{% if item.active %}, "active": true{% endif %}}{% endfor %}]}',
    liquid:
      '{"items": [{% for item in items %}{% unless forloop.first %},{% endunless %}{"id": {{ item.id }}, "name": {{ item.name | json }}, "price": {{ item.price }}{% if item.active %}, "active": true{% endif %}}{% endfor %}]}',
    nunjucks:
      '{"items": [{% for item in items %}{% if not loop.first %},{% endif %}{"id": {{ item.id }}, "name": {{ item.name | dump }}, "price": {{ item.price }}{% if item.active %}, "active": true{% endif %}}{% endfor %}]}',
    byHand: ({ items: all }) =>
      `{"items":[${all
        .map(
          ({ id, name, price, active }) =>
            `{"id":${id},"name":${json(name)},"price":${price}${active ? ',"active":true' : ''}}`,
        )
        .join(',')}]}`,
    meaning: JSON.parse,
  },
]
