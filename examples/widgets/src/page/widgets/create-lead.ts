import type { Client } from '../client.ts'
import { element, facts, labelled } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

interface Lead {
  readonly id: string
  readonly company: string
  readonly owner: string
}

/** A payload that a template of the connector turns into what the API expects. */
export function mountCreateLead({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'create-lead',
    title: 'Create a lead',
    hint: 'A template builds the request from what you type; the owner is whoever is signed in.',
    permalinks: ['acme-create-lead'],
  })
  const company = element('input', { name: 'company', autocomplete: 'organization', maxlength: '200' })
  const email = element('input', {
    name: 'email',
    inputmode: 'email',
    autocomplete: 'email',
    maxlength: '254',
  })
  const note = element('textarea', { name: 'note', rows: '2', maxlength: '2000' })
  const form = element(
    'form',
    {},
    labelled('Company', company),
    labelled('Email', email),
    labelled('Note', note),
    element('button', {}, 'Create'),
  )

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const payload = { company: company.value, email: email.value, note: note.value }
    void widget.run(async (signal) => {
      const lead = (await callConnector('acme-create-lead', { payload, signal })) as Lead
      return [
        facts([
          ['id', 'Lead', lead.id],
          ['company', 'Company', lead.company],
          ['owner', 'Owner', lead.owner],
        ]),
      ]
    })
  })
  widget.controls.append(form)
  return widget
}
