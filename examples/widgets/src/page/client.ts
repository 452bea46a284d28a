import { type ConnectorClient, createConnectorClient, type Manifest } from '@sluice/connector-sdk'
import { manifest } from '../connectors.gen.ts'

/** A client whose calls are typed by the manifest. */
export type Client = ConnectorClient<typeof manifest>

/** What the server of the page tells it; nothing of this is a secret. */
export interface PageConfig {
  readonly proxy_url: string
  readonly users: readonly { readonly id: string; readonly name: string }[]
}

/** Both clients call as the same user. */
export interface Clients {
  readonly client: Client
  /** Without a manifest the proxy alone enforces: what a script that ignores the SDK's checks would meet. */
  readonly unchecked: ConnectorClient<Manifest>
}

export function createClients(config: PageConfig, userId: string): Clients {
  const session = createSession(userId)
  return {
    client: createConnectorClient({ baseUrl: config.proxy_url, manifest, session }),
    unchecked: createConnectorClient({ baseUrl: config.proxy_url, session }),
  }
}

/** Fetches the user's token when it is first needed, and again a minute before it expires. */
function createSession(userId: string): () => Promise<string> {
  let token = ''
  let expiresAtMs = 0
  return async () => {
    if (Date.now() > expiresAtMs - 60_000) {
      const session = await fetchSession(userId)
      token = session.token
      expiresAtMs = Date.now() + session.expires_in * 1000
    }
    return token
  }
}

async function fetchSession(userId: string): Promise<{ token: string; expires_in: number }> {
  const response = await fetch(`/session?user=${encodeURIComponent(userId)}`)
  if (!response.ok) throw new Error(`no session: ${response.status}`)
  return response.json()
}
