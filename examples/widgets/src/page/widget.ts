import { element } from './dom.ts'
import { describeFailure, type Failure } from './failure.ts'

export type WidgetState = 'idle' | 'loading' | 'data' | 'refused' | 'failed'

export interface WidgetOptions {
  /** Found again as `data-widget`. */
  readonly name: string
  readonly title: string
  readonly hint: string
  /** The connectors that it calls, for the reader of the page. */
  readonly permalinks: readonly string[]
}

/** A card. Its `root` tells by the events `begun` and `ended` when a call is under way. */
export interface Widget {
  readonly root: HTMLElement
  readonly permalinks: readonly string[]
  /** Where the widget puts its form or buttons. */
  readonly controls: HTMLElement
  /**
   * Runs a call and shows what it ends with. A later run aborts an earlier one, so that the last question
   * gets the answer.
   */
  run(task: (signal: AbortSignal) => Promise<readonly Node[]>): Promise<void>
}

const sources: Readonly<Record<Failure['source'], string>> = {
  sdk: 'The SDK refused the call before anything was sent.',
  proxy: 'The proxy answered:',
  api: 'The API answered:',
  network: 'No answer came:',
  widget: 'The widget failed:',
}

/** A card with a title, controls and an output; `data-state` says where it stands. */
export function createWidget({ name, title, hint, permalinks }: WidgetOptions): Widget {
  const headingId = `${name}-title`
  const controls = element('div', { class: 'controls' })
  const output = element('div', { class: 'output', role: 'status' })
  const root = element(
    'section',
    { class: 'widget', 'data-widget': name, 'data-state': 'idle', 'aria-labelledby': headingId },
    element('h2', { id: headingId }, title),
    element('p', { class: 'hint' }, hint),
    element('p', { class: 'permalinks' }, ...permalinks.map((permalink) => element('code', {}, permalink))),
    controls,
    output,
  )

  const show = (state: WidgetState, ...nodes: readonly Node[]) => {
    root.dataset.state = state
    output.ariaBusy = String(state === 'loading')
    output.replaceChildren(...nodes)
  }

  let running = new AbortController()
  return {
    root,
    permalinks,
    controls,
    async run(task) {
      running.abort()
      const own = new AbortController()
      running = own
      delete root.dataset.code
      root.dispatchEvent(new Event('begun'))
      show('loading', element('p', { class: 'quiet' }, 'Loading…'))
      try {
        const nodes = await task(own.signal)
        if (!own.signal.aborted) show('data', ...nodes)
      } catch (error) {
        if (own.signal.aborted) return
        const failure = describeFailure(error)
        root.dataset.code = failure.code
        show(failure.state, ...failureNodes(failure))
      } finally {
        if (!own.signal.aborted) root.dispatchEvent(new Event('ended'))
      }
    },
  }
}

function failureNodes({ source, code, text, requestId }: Failure): Node[] {
  const nodes: Node[] = [
    element('p', { class: 'quiet', 'data-source': source }, sources[source]),
    element('p', {}, element('code', { class: 'code' }, code)),
    element('p', {}, text),
  ]
  if (requestId !== undefined) nodes.push(element('p', { class: 'quiet' }, `Request ${requestId}`))
  return nodes
}
