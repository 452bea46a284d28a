import type { Client } from '../client.ts'
import { element } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

/** A key that is not permitted is a type error, and for code without types an error before any request. */
export function mountBoundary({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'boundary',
    title: 'A call that the SDK refuses',
    hint: 'Accept is not overridable. With a manifest the SDK knows, and sends nothing.',
    permalinks: ['acme-product-search'],
  })
  const button = element('button', { type: 'button' }, 'Try to send Accept')
  button.addEventListener('click', () => {
    void widget.run(async (signal) => {
      const headers = { Accept: 'text/html' }
      // @ts-expect-error: the types refuse it as well
      await callConnector('acme-product-search', { headers, signal })
      return [element('p', {}, 'It was sent, which it should not have been.')]
    })
  })
  widget.controls.append(button)
  return widget
}
