/**
 * Stage 3: fetches the secrets that static analysis named, each once, and renders the templates that wait for
 * them, once. Nothing rendered is parsed again. Beside each secret-bearing value stands its masked twin.
 */
import { ProblemError } from '@sluice/connector-schema'
import type { SecretPlace } from '@sluice/connector-schema/configuration'
import type { CompiledConnector } from '../compile/compile-connector.ts'
import type { SecretReader } from '../ports/ports.ts'
import { renderField } from '../rendering/render-field.ts'
import { hostIsAllowed } from '../secrecy/allowed-hosts.ts'
import { outputsOf } from '../secrecy/injected-values.ts'
import { type MaskedText, plain } from '../secrecy/masked-text.ts'
import type { ExchangeValues, Read, Rendered, Resolved, Row, WithSecrets } from '../steps/exchange.ts'

/** The stage. */
export async function injectSecrets(
  resolved: Resolved,
  ports: { secrets: SecretReader },
): Promise<WithSecrets> {
  const { secrets, reads } = await readSecrets(resolved, ports.secrets)
  const injected = [...secrets.values()]
  const inject = (row: Row<Rendered>): Row<MaskedText> => {
    const { value, outputs } = withSecrets(row, resolved.values, secrets)
    injected.push(...outputs)
    return { ...row, value }
  }
  return {
    ...resolved,
    secrets,
    injected,
    reads: [...resolved.reads, ...reads],
    headers: resolved.headers.map(inject),
    query: resolved.query.map(inject),
  }
}

function withSecrets(
  { field, value }: Row<Rendered>,
  values: ExchangeValues,
  secrets: ReadonlyMap<string, string>,
): { readonly value: MaskedText; readonly outputs: readonly string[] } {
  if ('text' in value) return { value: plain(value.text), outputs: [] }
  const template = value.awaitsSecret
  const { text: real, outputs } = outputsOf((onSecret) =>
    renderField(field, 'inject-secrets', () => template.render({ ...values, secrets }, onSecret)),
  )
  const masked = renderField(field, 'inject-secrets', () => template.renderMasked(values))
  return { value: { real, masked }, outputs }
}

async function readSecrets(
  resolved: Resolved,
  reader: SecretReader,
): Promise<{ readonly secrets: ReadonlyMap<string, string>; readonly reads: readonly Read[] }> {
  const { connector } = resolved.call
  const secrets = new Map<string, string>()
  const reads: Read[] = []
  if (connector.dependencies.secrets.length === 0) return { secrets, reads }
  const refused: Refused = { missing: [], host: [], place: [] }
  const hostsOf = receiversOf(resolved)
  for (const name of connector.dependencies.secrets) {
    const stored = await reader.read(connector.tenantId, name)
    const places = connector.secretPlaces.get(name) ?? none
    if (stored === undefined) refused.missing.push(name)
    else if (!hostsOf(name).every((host) => hostIsAllowed(host, stored.allowedHosts))) refused.host.push(name)
    else if (![...places].every((place) => stored.places.includes(place))) refused.place.push(name)
    else secrets.set(name, stored.secret.expose())
    reads.push({ kind: 'secret', name, stored })
  }
  throwRefused(refused, connector)
  return { secrets, reads }
}

const none: ReadonlySet<SecretPlace> = new Set()

/** Names of secrets that cannot be used, by the reason. */
interface Refused {
  readonly missing: string[]
  readonly host: string[]
  readonly place: string[]
}

function throwRefused({ missing, host, place }: Refused, { secretPlaces }: CompiledConnector): void {
  if (missing.length > 0) {
    const detail = `The connector needs secrets that do not exist: ${missing.join(', ')}`
    throw new ProblemError('SECRET_NOT_FOUND', { detail, params: missing })
  }
  // guard: allowed-hosts (packages/pipeline/src/tokens/tokens.test.ts)
  if (host.length > 0) {
    const detail = `These secrets may not go to every host that this connector sends them to: ${host.join(', ')}`
    throw new ProblemError('SECRET_NOT_ALLOWED_FOR_HOST', { detail, params: host })
  }
  // guard: allowed-places
  if (place.length > 0) {
    const used = place.map((name) => `${name} (${[...(secretPlaces.get(name) ?? none)].join(', ')})`)
    const detail = `These secrets may not be in every place where this connector uses them: ${used.join('; ')}. Add the place to the secret's \`places\`, or use the secret elsewhere`
    throw new ProblemError('SECRET_NOT_ALLOWED_FOR_PLACE', { detail, params: place })
  }
}

/** Which hosts get a secret, or a token that it is turned into: the API, and for credentials the token endpoint. */
function receiversOf({ call, origin, values }: Resolved): (name: string) => readonly string[] {
  const { tokenUrl, uses } = call.connector.authentication
  const api = [new URL(origin).hostname]
  if (tokenUrl === undefined) return () => api
  const field = 'authentication.config.token_url'
  const tokenOrigin = renderField(field, 'inject-secrets', () => tokenUrl.renderOrigin(values))
  const both = [...api, new URL(tokenOrigin).hostname]
  return (name) => (uses.some(({ secrets }) => secrets.has(name)) ? both : api)
}
