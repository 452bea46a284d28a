import type { Client } from '../client.ts'
import { element } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

interface PartnerAnswer {
  readonly partner: string
  readonly person: string | null
}

const ways = [
  ['acme-partner-deals', "The application's deals"],
  ['acme-my-deals', 'My deals'],
  ['acme-sales-report', 'Sales report'],
] as const

/** Three ways in which the proxy proves who asks; the page holds no token for any of them. */
export function mountPartners({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'partners',
    title: 'Tokens that the page never sees',
    hint: 'A token for the application, one for the user in exchange for a signed assertion, and a JWT of our own.',
    permalinks: ways.map(([permalink]) => permalink),
  })
  for (const [permalink, title] of ways) {
    const button = element('button', { type: 'button' }, title)
    button.addEventListener('click', () => {
      void widget.run(async (signal) => {
        const { partner, person } = (await callConnector(permalink, { signal })) as PartnerAnswer
        const whom = person === null ? 'itself' : `user ${person}`
        return [element('p', {}, `Acme let ${partner} in for ${whom}.`)]
      })
    })
    widget.controls.append(button)
  }
  return widget
}
