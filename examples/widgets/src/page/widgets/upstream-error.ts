import type { Client } from '../client.ts'
import { element } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

/** The API's own errors pass through with their status; the widget can tell them from the proxy's. */
export function mountUpstreamError({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'upstream-error',
    title: 'An API that fails',
    hint: 'Acme answers 503. The error and its text are those of the API.',
    permalinks: ['acme-broken'],
  })
  const button = element('button', { type: 'button' }, 'Call it')
  button.addEventListener('click', () => {
    void widget.run(async (signal) => {
      await callConnector('acme-broken', { query: { status: '503' }, signal })
      return [element('p', {}, 'It works again.')]
    })
  })
  widget.controls.append(button)
  return widget
}
