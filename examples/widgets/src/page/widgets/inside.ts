import { isConnectorError } from '@sluice/connector-sdk'
import type { Clients } from '../client.ts'
import { element } from '../dom.ts'
import { describeFailure } from '../failure.ts'
import type { SentRequests } from '../sent-requests.ts'
import { fetchTrace, message, received, shortened, stageList, step } from '../trace-view.ts'
import { createWidget } from '../widget.ts'

interface Scenario {
  readonly name: string
  readonly label: string
  readonly permalink: string
  readonly query?: Readonly<Record<string, string>>
  readonly path?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

const search = 'acme-product-search'

const scenarios: readonly Scenario[] = [
  { name: 'search', label: 'Search for a hammer', permalink: search, query: { q: 'hammer', limit: '3' } },
  { name: 'orders', label: 'My orders', permalink: 'acme-my-orders' },
  { name: 'key', label: 'Override a locked key', permalink: search, headers: { 'X-API-Key': 'mine' } },
  {
    name: 'template',
    label: "Send {{ get_secret('k') }}",
    permalink: search,
    query: { q: "{{ get_secret('k') }}" },
  },
  {
    name: 'path',
    label: 'Send ../ in a path',
    permalink: 'acme-product',
    path: { sku: '../users/8/orders' },
  },
  { name: 'user', label: "Send another user's id", permalink: 'acme-my-orders', query: { user_id: '8' } },
]

const attacks: ReadonlySet<string> = new Set(['key', 'template', 'path', 'user'])

/** One call from end to end: what was sent, what the stages made of it, what the API received, what came back. */
export function mountInside(
  { callConnector }: Clients['unchecked'],
  { requests, user }: { readonly requests: SentRequests; readonly user: string },
): HTMLElement {
  const widget = createWidget({
    name: 'inside',
    title: 'One call, from end to end',
    hint: 'Choose a call, or attack. This client has no manifest, so nothing but the proxy stands in the way.',
    permalinks: [...new Set(scenarios.map(({ permalink }) => permalink))],
  })
  const run = (scenario: Scenario) =>
    widget.run(async (signal) => {
      const { permalink, query, path, headers } = scenario
      const options = { ...(query && { query }), ...(path && { path }), ...(headers && { headers }), signal }
      const before = requests.count()
      const answer = await callConnector(permalink, options).then(
        (value): Node[] => [element('pre', { tabindex: '0' }, shortened(JSON.stringify(value, null, 2)))],
        (error: unknown) => {
          if (!isConnectorError(error)) throw error
          const { code, text, source } = describeFailure(error)
          widget.root.dataset.code = code
          return [
            element('p', { 'data-source': source }, element('code', { class: 'code' }, code), ` ${text}`),
          ]
        },
      )
      const [sent] = requests.since(before, [permalink])
      const pairs = (values = {}) => Object.entries<string>(values)
      const overrides = { query: pairs(query), path: pairs(path), headers: pairs(headers) }
      const trace = await fetchTrace({ permalink, user, ...overrides }, signal)
      return [
        step('1', 'The browser sent', [message(`${sent?.method} ${sent?.target}`, sent?.headers ?? [])]),
        step('2', 'Each stage', [stageList(trace)]),
        step('3', 'The API received', [received(trace)]),
        step('4', 'Came back', answer),
        element(
          'p',
          { class: 'quiet' },
          'Steps 1 and 4 are of this call. Steps 2 and 3 are of the same call run again by “sluice test”, which shows each secret as its template.',
        ),
      ]
    })
  for (const isAttack of [false, true]) {
    const title = isAttack ? 'Attack' : 'Call'
    const buttons = scenarios
      .filter((scenario) => attacks.has(scenario.name) === isAttack)
      .map((scenario) => {
        const attributes = {
          type: 'button',
          'data-scenario': scenario.name,
          class: isAttack ? 'attack' : 'call',
        }
        const button = element('button', attributes, scenario.label)
        button.addEventListener('click', () => void run(scenario))
        return button
      })
    widget.controls.append(element('div', { class: 'row', role: 'group', 'aria-label': title }, ...buttons))
  }
  return widget.root
}
