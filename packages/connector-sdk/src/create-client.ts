import { checkCall } from './boundary.ts'
import type { Csrf } from './csrf.ts'
import { createRefuse, isRecord, type Refuse, readOptions } from './options.ts'
import { toFailure } from './parse-answer.ts'
import { type Client, runCall } from './run-call.ts'
import { send } from './send.ts'
import { createShare } from './share.ts'
import type { ClientOptions, ConnectorClient, Manifest } from './types.ts'

const readers = {
  baseUrl: toBaseUrl,
  manifest: (value: unknown) => (value as Partial<Manifest>).version === 1 && value,
  session: (value: unknown) => (typeof value === 'function' || value === 'cookie') && value,
  headers: toHeaders,
}

/**
 * Makes a client for one proxy.
 *
 * @example
 * const { callConnector } = createConnectorClient({ baseUrl, manifest, session: () => getToken() })
 * const weather = await callConnector('weather-api', { query: { q: 'Warsaw' } })
 *
 * @throws ConnectorBoundaryError where an option is wrong
 */
export function createConnectorClient<const M extends Manifest = Manifest>(
  options: ClientOptions<M>,
): ConnectorClient<M> {
  const refuse: Refuse = createRefuse(undefined)
  const client: Partial<Omit<Client, 'loadCsrf' | 'share'>> & { readonly manifest?: Manifest } = readOptions(
    options,
    readers,
    refuse,
  )
  const { baseUrl = refuse('INVALID_OPTION', 'baseUrl') } = client
  let csrf: Promise<Csrf> | undefined
  const loadCsrf = () => {
    csrf ??= import('./csrf.ts').then(({ createCsrf }) => createCsrf(baseUrl, send, toFailure))
    return csrf
  }
  const shared = { loadCsrf, share: createShare() }
  const callConnector = async (permalink: string, input?: unknown): Promise<unknown> =>
    runCall(checkCall(client.manifest, permalink, input), { ...client, baseUrl, ...shared })
  // The types of a call are those of the manifest; `checkCall` holds untyped callers to the same.
  return { callConnector: callConnector as ConnectorClient<M>['callConnector'] }
}

/** The proxy's base with a slash at its end; a relative one is the page's. Throws as `URL` does. */
function toBaseUrl(value: unknown): string | false {
  const { href } = new URL(value as string, globalThis.location?.href)
  // `fetch` takes no credentials in a URL.
  return /^https?:[^@]+$/.test(href) && href.replace(/\/*([?#].*)?$/, '/')
}

/** Headers of every call, save those that come from the session, the payload and the overrides alone. */
function toHeaders(value: unknown): Headers | false {
  const isOwn = (name: string) => /^(authorization|content-type|x-(csrf-token|\w+-params))$/i.test(name)
  return isRecord(value) && !Object.keys(value).some(isOwn) && new Headers(value as HeadersInit)
}
