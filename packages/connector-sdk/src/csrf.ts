import type { toFailure } from './parse-answer.ts'
import type { send } from './send.ts'

/** Gives the CSRF token of the cookie session; told the one that the proxy did not accept, another. */
export type Csrf = (permalink: string, refused: string | undefined) => Promise<string>

/**
 * The CSRF token of one client: the page's, else asked for once. A file of its own in the ESM build, which only
 * pages with cookie sessions load.
 *
 * @param tools - of the main file, which is loaded already
 */
export function createCsrf(
  baseUrl: string,
  ...tools: readonly [ask: typeof send, fail: typeof toFailure]
): Csrf {
  const [request, fail] = tools
  let known: string | undefined
  let asked: Promise<string> | undefined
  const ask = async (permalink: string): Promise<string> => {
    // Calls share it: it ends by no signal of one of them.
    const init: RequestInit = { credentials: 'include', signal: AbortSignal.timeout(30_000) }
    const reply = await request(`${baseUrl}connectors/csrf`, init, { limit: 0, timeout: 0 })
    if (!reply.response.ok) throw fail({ permalink, ...reply })
    return (await reply.response.json()).csrf_token
  }
  return async (permalink, refused) => {
    known ??= fromPage()
    // Of calls that were refused together the first asks.
    if (!known || known === refused) {
      asked ??= ask(permalink).finally(() => {
        asked = undefined
      })
      known = await asked
    }
    return known
  }
}

/** What the platform wrote into the page; a worker has none. */
function fromPage(): string | undefined {
  const { document } = globalThis
  const meta = document?.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')
  const element = document?.querySelector<HTMLInputElement>('#csrftoken')
  return meta?.content || element?.value || element?.textContent?.trim() || undefined
}
