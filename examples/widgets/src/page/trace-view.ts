import { element } from './dom.ts'

type Pairs = readonly (readonly [key: string, value: string])[]

/** A call to be traced, as `POST /trace` takes it. */
export interface CallToTrace {
  readonly permalink: string
  readonly user: string
  readonly query: Pairs
  readonly path: Pairs
  readonly headers: Pairs
  readonly payload?: string | undefined
}

/** The part of a trace of `sluice test --json` that the page shows. */
export interface Trace {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly { readonly key: string; readonly value: string }[]
    readonly request_body: string | null
    readonly authentication: { readonly type: string }
  }
  /** Where the value of each field came from. */
  readonly origins: readonly {
    readonly field: string
    readonly key?: string
    readonly from: readonly string[]
  }[]
  readonly cache: { readonly status: string | null; readonly reason: string }
  readonly upstream: { readonly status: number } | null
  readonly stages: readonly { readonly stage: string; readonly ms: number }[]
  readonly problem: { readonly stage: string; readonly code: string } | null
}

/** Has a call run once more and traced. */
export async function fetchTrace(call: CallToTrace, signal?: AbortSignal): Promise<Trace> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch('/trace', {
    method: 'POST',
    headers,
    body: JSON.stringify(call),
    ...(signal && { signal }),
  })
  if (!response.ok) throw new Error(`no trace: ${response.status}`)
  return response.json()
}

/** One of the four steps of a call. */
export function step(number: string, title: string, content: readonly Node[]): HTMLElement {
  return element(
    'section',
    { class: 'step', 'data-step': number },
    element('h3', {}, `${number}. ${title}`),
    ...content,
  )
}

/** A message of HTTP: its first line, its headers, its body. */
export function message(first: string, headers: Pairs, body?: string | null): HTMLElement {
  const head = [first, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n')
  return element('pre', { tabindex: '0' }, body ? `${head}\n\n${shortened(body)}` : head)
}

/** What every stage took and made of the call, and where it was refused. */
export function stageList(trace: Trace): HTMLElement {
  const { stages, problem } = trace
  const ran = stages.map(({ stage, ms }) => {
    const made = madeBy(stage, trace)
    return element(
      'li',
      {},
      stage,
      element('span', { class: 'number' }, `${ms.toFixed(1)} ms`),
      ...(made === undefined ? [] : [element('small', {}, made)]),
    )
  })
  const refused =
    problem && element('li', { class: 'refused' }, problem.stage, element('strong', {}, problem.code))
  return element('ol', { class: 'stages' }, ...ran, ...(refused ? [refused] : []))
}

/** What a stage made of the call; nothing where there is nothing to say. */
function madeBy(stage: string, trace: Trace): string | undefined {
  const { request, cache, upstream, origins, problem } = trace
  if (problem?.stage === stage) return undefined
  const fieldsFrom = (...sources: readonly string[]) =>
    origins
      .filter(({ from }) => from.some((origin) => sources.some((source) => origin.startsWith(source))))
      .map(({ field, key = field }) => key)
      .join(', ')
  switch (stage) {
    case 'merge':
      return `from the browser: ${fieldsFrom('override') || 'nothing'}`
    case 'resolve-variables':
      return `from session and variables: ${fieldsFrom('session', 'variable') || 'nothing'}`
    case 'inject-secrets':
      return `with a secret: ${fieldsFrom('secret') || 'nothing'}`
    case 'authenticate':
      return request.authentication.type
    case 'transform-request':
      return request.request_body === null ? undefined : 'the body, as below'
    case 'look-up-cache':
      return cache.reason
    case 'send':
      return upstream === null ? undefined : `the API answered ${upstream.status}`
    case 'transform-response':
      return origins.some(({ field }) => field === 'response_body')
        ? 'a template made the answer'
        : 'the answer as the API sent it'
    default:
      return undefined
  }
}

/** The request as the API received it, or that it received none. */
export function received({ request, stages, problem }: Trace): HTMLElement {
  if (problem?.stage === 'merge') {
    return element('p', { 'data-field': 'nothing' }, 'Nothing. No secret was read either.')
  }
  if (problem?.stage !== 'send' && !stages.some(({ stage }) => stage === 'send')) {
    return element('p', { 'data-field': 'nothing' }, 'Nothing was sent.')
  }
  return message(
    `${request.method} ${request.url}`,
    request.headers.map(({ key, value }) => [key, value]),
    request.request_body,
  )
}

export function shortened(text: string): string {
  return text.length > 700 ? `${text.slice(0, 700)}\n…` : text
}
