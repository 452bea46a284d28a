import type { Clients } from '../client.ts'
import { element } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

/** The SDK's checks are a convenience; the proxy's are the guarantee. */
export function mountRefusal({ callConnector }: Clients['unchecked']): Widget {
  const widget = createWidget({
    name: 'refusal',
    title: 'A call that the proxy refuses',
    hint: 'A client without a manifest sends the locked header, and the proxy refuses it by name.',
    permalinks: ['acme-product-search'],
  })
  const button = element('button', { type: 'button' }, 'Send X-API-Key anyway')
  button.addEventListener('click', () => {
    void widget.run(async (signal) => {
      await callConnector('acme-product-search', { headers: { 'X-API-Key': 'mine' }, signal })
      return [element('p', {}, 'It was let through, which it should not have been.')]
    })
  })
  widget.controls.append(button)
  return widget
}
