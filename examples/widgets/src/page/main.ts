import { createClients, type PageConfig } from './client.ts'
import { element } from './dom.ts'
import { watchRequests } from './sent-requests.ts'
import { withWhatHappened } from './what-happened.ts'
import { mountBoundary } from './widgets/boundary.ts'
import { mountCreateLead } from './widgets/create-lead.ts'
import { mountDownload } from './widgets/download.ts'
import { mountInside } from './widgets/inside.ts'
import { mountMyOrders } from './widgets/my-orders.ts'
import { mountPartners } from './widgets/partners.ts'
import { mountProductSearch } from './widgets/product-search.ts'
import { mountRefusal } from './widgets/refusal.ts'
import { mountTimeout } from './widgets/timeout.ts'
import { mountUpload } from './widgets/upload.ts'
import { mountUpstreamError } from './widgets/upstream-error.ts'

const response = await fetch('/config.json')
const config = (await response.json()) as PageConfig
const userId = new URLSearchParams(location.search).get('user') ?? config.users[0]?.id ?? ''

const picker = element(
  'select',
  { id: 'user' },
  ...config.users.map(({ id, name }) => element('option', { value: id, selected: id === userId }, name)),
)
// Another user is another session: the page starts afresh, as it would after a sign-in.
picker.addEventListener('change', () => location.assign(`/?user=${encodeURIComponent(picker.value)}`))
document.querySelector('#account')?.append(element('label', { for: 'user' }, 'Signed in as'), picker)

const requests = watchRequests(config.proxy_url)
const { client, unchecked } = createClients(config, userId)
const sources = { requests, user: userId }
const widgets = [
  mountProductSearch(client),
  mountMyOrders(client),
  mountCreateLead(client),
  mountUpload(client),
  mountDownload(client),
  mountPartners(client),
  mountRefusal(unchecked),
  mountBoundary(client),
  mountUpstreamError(client),
  mountTimeout(client),
]
document
  .querySelector('#widgets')
  ?.replaceChildren(
    mountInside(unchecked, sources),
    ...widgets.map((widget) => withWhatHappened(widget, sources)),
  )
