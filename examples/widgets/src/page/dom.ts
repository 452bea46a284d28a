type Attributes = Readonly<Record<string, string | boolean>>

/**
 * Makes an element. Text goes in as text nodes, never as markup, so that nothing that an API answers can
 * become an element. `true` sets an empty attribute, `false` none.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children)
  return made
}

/** A control under its visible label. */
export function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  return element('label', {}, element('span', {}, text), control)
}

/** Name and value pairs; each value can be found by `data-field`. */
export function facts(
  pairs: readonly (readonly [name: string, label: string, value: string])[],
): HTMLDListElement {
  return element(
    'dl',
    {},
    ...pairs.flatMap(([name, label, value]) => [
      element('dt', {}, label),
      element('dd', { 'data-field': name }, value),
    ]),
  )
}

const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })

export function price(amount: number): string {
  return euros.format(amount)
}
