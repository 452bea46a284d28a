/** A token endpoint and an API that count, for unit tests of what happens between them. */
import { generateKeyPairSync } from 'node:crypto'
import { runExchange } from '../run.ts'
import { callOf, connector, plainPorts, type Scripted, type Seen } from './plain-ports.ts'

export const tokenUrl = 'https://id.example.com/token'
export const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const secrets = {
  client_secret: 'client-secret-9f2c4e7a',
  key: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
}
export const usual = { access_token: 'token-1', token_type: 'Bearer', expires_in: 3600 }

export function clientCredentials(change: object = {}) {
  return {
    type: 'oauth_client_credentials',
    config: {
      client_id: 'client',
      client_secret: "{{ get_secret('client_secret') }}",
      token_url: tokenUrl,
      ...change,
    },
  }
}

export function jwtBearer(change: object = {}) {
  return {
    type: 'oauth_jwt_bearer',
    config: {
      client_id: 'client',
      private_key: "{{ get_secret('key') }}",
      token_url: tokenUrl,
      audience: 'https://id.example.com',
      ...change,
    },
  }
}

export const json = (body: unknown, status = 200): Scripted => ({
  status,
  headers: [['content-type', 'application/json']],
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

export interface Setting {
  /** What the token endpoint answers, one after the other; the last one again. */
  readonly tokens?: readonly (Scripted | Error)[]
  /** What the API answers to a request. */
  readonly api?: (request: Seen, count: number) => Scripted | Promise<Scripted>
  readonly secrets?: Record<string, string>
  readonly allowedHosts?: readonly string[]
}

/** A token endpoint and an API that count. */
export function world({ tokens = [json(usual)], api = () => ({}), ...values }: Setting = {}) {
  const asked: Seen[] = []
  const sent: Seen[] = []
  const plain = plainPorts(
    () => {
      const last = plain.seen.at(-1)
      if (last === undefined) throw new Error('nothing was sent')
      if (!last.url.startsWith('https://id.example.com/')) {
        sent.push(last)
        return api(last, sent.length)
      }
      asked.push(last)
      const answer = tokens[Math.min(asked.length, tokens.length) - 1] ?? {}
      if (answer instanceof Error) throw answer
      return answer
    },
    { secrets, ...values },
  )
  const call = async (
    authentication: object,
    change: object = {},
    sending: Parameters<typeof callOf>[1] = {},
  ) => {
    const compiled = connector({ authentication, cache: { enabled: false }, ...change })
    const outcome = await runExchange(callOf(compiled, sending), plain.ports)
    return 'problem' in outcome ? outcome.problem : outcome.answer
  }
  const formOf = (index: number) => Object.fromEntries(new URLSearchParams(asked[index]?.body))
  return { asked, sent, call, formOf, ...plain }
}
