/** What a client may say of a lead. */
export interface LeadFields {
  readonly company: string
  readonly email: string
  readonly note: string
  /** Who brought it in. */
  readonly owner: string
}

export interface Lead extends LeadFields {
  readonly id: string
}

export interface LeadBook {
  add(fields: LeadFields): Lead
  find(id: string): Lead | undefined
  replace(lead: Lead): void
  remove(id: string): boolean
}

/** A demo must not grow without end: the oldest lead goes when there are more than these. */
const maxLeads = 1000

/** Leads in memory, gone when the process ends. */
export function createLeadBook(): LeadBook {
  const leads = new Map<string, Lead>()
  let last = 0
  return {
    add(fields) {
      last += 1
      const lead = { id: `lead-${last}`, ...fields }
      leads.set(lead.id, lead)
      const [oldest] = leads.keys()
      if (leads.size > maxLeads && oldest !== undefined) leads.delete(oldest)
      return lead
    },
    find: (id) => leads.get(id),
    replace: (lead) => void leads.set(lead.id, lead),
    remove: (id) => leads.delete(id),
  }
}

export type CheckedLead =
  | { readonly ok: true; readonly fields: LeadFields }
  | { readonly ok: false; readonly fields: Readonly<Record<string, string>> }

/** Checks a lead that came as JSON; every field that is wrong is named at once. */
export function checkLead(payload: unknown): CheckedLead {
  const given = typeof payload === 'object' && payload !== null ? new Map(Object.entries(payload)) : new Map()
  const wrong: Record<string, string> = {}
  const text = (key: string, longest: number): string => {
    const value: unknown = given.get(key) ?? ''
    if (typeof value === 'string' && value.length <= longest) return value
    wrong[key] = `must be a text of at most ${longest} characters`
    return ''
  }
  const fields = {
    company: text('company', 200),
    email: text('email', 254),
    note: text('note', 2000),
    owner: text('owner', 254),
  }
  if (fields.company.trim() === '') wrong.company ??= 'must not be empty'
  if (!/^[^\s@]+@[^\s@]+$/.test(fields.email)) wrong.email ??= 'must be an email address'
  return Object.keys(wrong).length === 0 ? { ok: true, fields } : { ok: false, fields: wrong }
}
