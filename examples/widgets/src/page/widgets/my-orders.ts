import type { Client } from '../client.ts'
import { element, price } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

interface MyOrders {
  readonly customer: string
  readonly tier: string
  readonly orders: readonly {
    readonly id: string
    readonly placed_on: string
    readonly status: string
    readonly total: number
    readonly items: readonly string[]
  }[]
}

/** Nothing says whose orders: the proxy takes that from the session. */
export function mountMyOrders({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'my-orders',
    title: 'My orders',
    hint: 'Whose orders these are comes from the session. Choose another user above, and they change.',
    permalinks: ['acme-my-orders'],
  })
  const load = () =>
    widget.run(async (signal) => orderNodes((await callConnector('acme-my-orders', { signal })) as MyOrders))

  const button = element('button', { type: 'button' }, 'Reload')
  button.addEventListener('click', () => void load())
  widget.controls.append(button)
  void load()
  return widget
}

function orderNodes({ customer, tier, orders }: MyOrders): Node[] {
  const greeting = element('p', {}, `${customer}, ${tier} customer`)
  if (orders.length === 0) return [greeting, element('p', { class: 'quiet' }, 'No orders yet.')]
  const entries = orders.map((order) =>
    element(
      'li',
      { 'data-order': order.id },
      element('strong', {}, order.id),
      element('span', { class: 'number' }, price(order.total)),
      element('small', {}, `${order.placed_on}, ${order.status}: ${order.items.join(', ')}`),
    ),
  )
  return [greeting, element('ul', { class: 'orders' }, ...entries)]
}
