import { element } from './dom.ts'
import type { SentRequest, SentRequests } from './sent-requests.ts'
import { type CallToTrace, fetchTrace, message, received, stageList, step } from './trace-view.ts'
import type { Widget } from './widget.ts'

export interface WhatHappenedSources {
  readonly requests: SentRequests
  /** Who calls. */
  readonly user: string
}

/**
 * A widget, and under it what became of its last run from end to end: what the browser sent, what each stage made of
 * it, what the API received, what came back. It is filled when somebody opens it.
 */
export function withWhatHappened({ root, permalinks }: Widget, sources: WhatHappenedSources): HTMLElement {
  const steps = element('div', { class: 'calls' })
  const details = element('details', { hidden: true }, element('summary', {}, 'What happened'), steps)
  let begun = 0
  let isShown = false

  async function fill(): Promise<void> {
    isShown = true
    const sent = sources.requests.since(begun, permalinks)
    if (sent.length === 0) {
      steps.replaceChildren(element('p', { 'data-field': 'nothing' }, 'Nothing left the browser.'))
      return
    }
    const views = distinct(sent).map((request) => callView(request, sources.user))
    steps.replaceChildren(...(await Promise.all(views)))
  }

  root.addEventListener('begun', () => {
    begun = sources.requests.count()
  })
  root.addEventListener('ended', () => {
    details.hidden = false
    isShown = false
    if (details.open) void fill()
  })
  details.addEventListener('toggle', () => {
    if (details.open && !isShown) void fill()
  })
  root.append(details)
  return root
}

interface Repeated extends SentRequest {
  readonly times: number
}

/** The last of those that asked for the same: the SDK tries again what may pass. */
function distinct(sent: readonly SentRequest[]): readonly Repeated[] {
  const groups = Map.groupBy(sent, ({ method, target }) => `${method} ${target}`)
  return [...groups.values()].flatMap((group) =>
    group.slice(-1).map((last) => ({ ...last, times: group.length })),
  )
}

async function callView(sent: Repeated, user: string): Promise<HTMLElement> {
  const { method, target, headers, payload, permalink } = sent
  const got = await sent.answer
  const traced = element('div', { class: 'traced' })
  const view = element(
    'div',
    { class: 'steps', 'data-call': permalink },
    step('1', 'The browser sent', [
      message(`${method} ${target}`, headers, payload),
      ...(sent.times > 1
        ? [element('p', { class: 'quiet' }, `${sent.times} times: the SDK tried again.`)]
        : []),
    ]),
    traced,
    step('4', 'Came back', [
      got === undefined
        ? element('p', {}, 'No answer came.')
        : message(String(got.status), got.headers, got.body),
    ]),
  )
  const trace = async () => {
    traced.replaceChildren(element('p', { class: 'quiet' }, 'Running it again…'))
    traced.replaceChildren(...(await tracedSteps(callOf(sent, user))))
  }
  // What only reads may run again; what writes, somebody has to ask for.
  if (method === 'GET') await trace()
  else {
    const button = element('button', { type: 'button' }, 'Trace it: this runs the call once more')
    button.addEventListener('click', () => void trace())
    traced.append(button)
  }
  return view
}

async function tracedSteps(call: CallToTrace): Promise<readonly Node[]> {
  try {
    const trace = await fetchTrace(call)
    return [
      step('2', 'Each stage', [stageList(trace)]),
      step('3', 'The API received', [received(trace)]),
      element(
        'p',
        { class: 'quiet' },
        'Steps 2 and 3 are of the same call run again by “sluice test”, which shows each secret as its template.',
      ),
    ]
  } catch (error) {
    return [element('p', {}, `There is no trace: ${error instanceof Error ? error.message : 'unknown'}.`)]
  }
}

/** The call as the proxy reads it. Of a file, a few words stand for its bytes. */
function callOf({ permalink, method, target, headers, payload }: SentRequest, user: string): CallToTrace {
  const params = (name: string) => [...new URLSearchParams(headers.find(([key]) => key === name)?.[1] ?? '')]
  return {
    permalink,
    user,
    query: [...new URL(target, 'http://proxy').searchParams],
    path: params('x-path-params'),
    headers: params('x-header-params'),
    ...(method !== 'GET' && { payload: payload ?? 'a few words of the file' }),
  }
}
