import type { Client } from '../client.ts'
import { element } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

/** The connector waits a second; the API takes five. */
export function mountTimeout({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'timeout',
    title: 'An API that is too slow',
    hint: 'Acme would take five seconds. The connector waits for one.',
    permalinks: ['acme-slow'],
  })
  const button = element('button', { type: 'button' }, 'Call it')
  button.addEventListener('click', () => {
    void widget.run(async (signal) => {
      await callConnector('acme-slow', { query: { ms: 5000 }, signal })
      return [element('p', {}, 'It answered in time.')]
    })
  })
  widget.controls.append(button)
  return widget
}
