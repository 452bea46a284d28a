import { isConnectorError } from '@sluice/connector-sdk'
import type { Clients } from '../client.ts'
import { element } from '../dom.ts'
import { describeFailure } from '../failure.ts'
import { watchRequests } from '../sent-requests.ts'
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

/** The part of a trace of `sluice test --json` that the card shows. */
interface Trace {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly { readonly key: string; readonly value: string }[]
  }
  readonly stages: readonly { readonly stage: string; readonly ms: number }[]
  readonly problem: { readonly stage: string; readonly code: string } | null
}

/** One call from end to end: what was sent, what the stages made of it, what the API received, what came back. */
export function mountInside(
  { callConnector }: Clients['unchecked'],
  proxyUrl: string,
  user: string,
): HTMLElement {
  const widget = createWidget({
    name: 'inside',
    title: 'One call, from end to end',
    hint: 'Choose a call, or attack. This client has no manifest, so nothing but the proxy stands in the way.',
    permalinks: [...new Set(scenarios.map(({ permalink }) => permalink))],
  })
  const lastSent = watchRequests(proxyUrl)
  const run = (scenario: Scenario) =>
    widget.run(async (signal) => {
      const { permalink, query, path, headers } = scenario
      const options = { ...(query && { query }), ...(path && { path }), ...(headers && { headers }), signal }
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
      const sent = lastSent()
      const trace = await fetchTrace({ permalink, user, query, path, headers }, signal)
      return [
        step('1', 'The browser sent', [lines(`${sent?.method} ${sent?.target}`, sent?.headers ?? [])]),
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

async function fetchTrace(call: object, signal: AbortSignal): Promise<Trace> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch('/trace', { method: 'POST', headers, body: JSON.stringify(call), signal })
  if (!response.ok) throw new Error(`no trace: ${response.status}`)
  return response.json()
}

function step(number: string, title: string, content: readonly Node[]): HTMLElement {
  return element(
    'section',
    { class: 'step', 'data-step': number },
    element('h3', {}, `${number}. ${title}`),
    ...content,
  )
}

function lines(first: string, headers: readonly (readonly [string, string])[]): HTMLElement {
  const rest = headers.map(([name, value]) => `${name}: ${value}`)
  return element('pre', { tabindex: '0' }, [first, ...rest].join('\n'))
}

function stageList({ stages, problem }: Trace): HTMLElement {
  const ran = stages.map(({ stage, ms }) =>
    element('li', {}, stage, element('span', { class: 'number' }, `${ms.toFixed(1)} ms`)),
  )
  const refused =
    problem && element('li', { class: 'refused' }, problem.stage, element('strong', {}, problem.code))
  return element('ol', { class: 'stages' }, ...ran, ...(refused ? [refused] : []))
}

function received({ request, stages, problem }: Trace): HTMLElement {
  if (problem?.stage === 'merge') {
    return element('p', { 'data-field': 'nothing' }, 'Nothing. No secret was read either.')
  }
  if (problem?.stage !== 'send' && !stages.some(({ stage }) => stage === 'send')) {
    return element('p', { 'data-field': 'nothing' }, 'Nothing was sent.')
  }
  return lines(
    `${request.method} ${request.url}`,
    request.headers.map(({ key, value }) => [key, value]),
  )
}

function shortened(text: string): string {
  return text.length > 700 ? `${text.slice(0, 700)}\n…` : text
}
