import type { Client } from '../client.ts'
import { element, labelled, price } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

interface Page {
  readonly total: number
  readonly products: readonly {
    readonly name: string
    readonly category: string
    readonly price_cents: number
    readonly stock: number
  }[]
}

const categories = ['tools', 'garden', 'home & kitchen', 'outdoor'] as const
const tags = ['steel', 'battery', 'set'] as const

/** Overrides of the query: what only changes what the user sees may come from the browser. */
export function mountProductSearch({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'product-search',
    title: 'Find a product',
    hint: 'The key that Acme asks for is added by the proxy. The browser sends only the search.',
    permalinks: ['acme-product-search'],
  })
  const text = element('input', { type: 'search', name: 'q', maxlength: '80', placeholder: 'e.g. hammer' })
  const category = element(
    'select',
    { name: 'category' },
    element('option', { value: '' }, 'All categories'),
    ...categories.map((name) => element('option', { value: name }, name)),
  )
  const boxes = tags.map((tag) => element('input', { type: 'checkbox', name: 'tag', value: tag }))
  const form = element(
    'form',
    { role: 'search' },
    labelled('Search', text),
    labelled('Category', category),
    element(
      'fieldset',
      {},
      element('legend', {}, 'With all of'),
      ...boxes.map((box) => element('label', { class: 'choice' }, box, box.value)),
    ),
    element('button', {}, 'Search'),
  )

  const search = () =>
    widget.run(async (signal) => {
      const chosen = categories.find((name) => name === category.value)
      const tag = boxes.filter((box) => box.checked).map((box) => box.value)
      const answer = await callConnector('acme-product-search', {
        query: { q: text.value, category: chosen, tag, limit: 8 },
        signal,
      })
      return resultNodes(answer as Page)
    })

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void search()
  })
  widget.controls.append(form)
  void search()
  return widget
}

function resultNodes({ total, products }: Page): Node[] {
  if (total === 0) return [element('p', {}, 'Nothing found.')]
  const head = element(
    'tr',
    {},
    ...['Product', 'Price', 'Stock'].map((title) => element('th', { scope: 'col' }, title)),
  )
  const rows = products.map((product) =>
    element(
      'tr',
      {},
      element('td', {}, product.name, element('small', {}, product.category)),
      element('td', { class: 'number' }, price(product.price_cents / 100)),
      element('td', { class: 'number' }, String(product.stock)),
    ),
  )
  return [
    element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)),
    element('p', { class: 'quiet', 'data-field': 'total' }, `${products.length} of ${total} shown`),
  ]
}
