import { words } from '@sluice/connector-schema/permissions'
import type { CompiledUrl, Uses } from '@sluice/templates'
import type { CompiledConnector } from '../compile-connector.ts'
import type { Grant } from './grant.ts'
import { originText } from './url-text.ts'

/** What one template of a request reads, and where in the request it goes. */
interface Sent {
  readonly uses: Uses
  readonly path: string
  /** In words of ours: `the header`, with the key quoted. */
  readonly place: string
  /** Hosts that get it. */
  readonly hosts: readonly string[]
}

/** Where requests go, and which secrets and session values go there. */
export function* grantsToHosts(connector: CompiledConnector): Generator<Grant> {
  const { definition, url, authentication } = connector
  const { tokenUrl } = authentication
  yield* destination(url, 'url')
  if (tokenUrl !== undefined) yield* destination(tokenUrl, 'authentication.config.token_url')
  for (const host of connector.redirectHosts) {
    yield { code: 'REDIRECT_HOST', subject: words`${host}`, path: 'redirect_hosts' }
  }
  if (definition.follow_303) {
    yield { code: 'FOLLOW_303', subject: words`A 303 after an unsafe method`, path: 'follow_303' }
  }
  const scopes = scopesOf(definition.authentication)
  for (const scope of scopes) {
    yield { code: 'SCOPE', subject: words`${scope}`, path: 'authentication.config.scope' }
  }
  for (const sent of requestParts(connector)) yield* valuesSent(sent)
}

function* destination(url: CompiledUrl, path: string): Generator<Grant> {
  yield { code: 'DESTINATION', subject: words`${originText(url)}`, path }
}

/** A literal scope is a list (RFC 6749 §3.3); one with a template is told as a text. */
function scopesOf({ config }: CompiledConnector['definition']['authentication']): readonly string[] {
  const scope = config !== undefined && 'scope' in config ? config.scope : undefined
  if (scope === undefined || scope.includes('{{') || scope.includes('{%')) return []
  return [...new Set(scope.split(' ').filter((token) => token !== ''))]
}

function requestParts({
  url,
  headers,
  query,
  authentication,
  requestBody,
}: CompiledConnector): readonly Sent[] {
  const hosts = [originText(url)]
  const tokenHosts = authentication.tokenUrl === undefined ? [] : [originText(authentication.tokenUrl)]
  return [
    { uses: url.uses, path: 'url', place: 'in the URL', hosts },
    ...headers.map((row) => ({
      uses: row.template.uses,
      path: `headers[${row.key}].value`,
      place: 'in a header',
      hosts,
    })),
    ...query.map((row) => ({
      uses: row.template.uses,
      path: `query_parameters[${row.key}].value`,
      place: 'in the query',
      hosts,
    })),
    // A secret that becomes a token goes to the API as well, as that token.
    ...authentication.uses.map((uses) => ({
      uses,
      path: 'authentication',
      place: 'in the authentication',
      hosts: [...hosts, ...tokenHosts],
    })),
    ...(requestBody === undefined
      ? []
      : [{ uses: requestBody.uses, path: 'request_body', place: 'in the body', hosts }]),
  ]
}

function* valuesSent({ uses, path, place, hosts }: Sent): Generator<Grant> {
  for (const host of hosts) {
    for (const secret of uses.secrets) {
      yield { code: 'SECRET', subject: words`${secret} to ${host}, ${place}`, path }
    }
    for (const value of uses.session) {
      yield { code: 'SESSION_VALUE', subject: words`${value} to ${host}`, path }
    }
  }
}
