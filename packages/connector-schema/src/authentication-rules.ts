import type { Authentication } from './authentication.ts'
import { checkClientAuthentication } from './client-authentication-rules.ts'
import { headerNamePattern, isConditionalHeader, isRefusedHeader } from './header-rules.ts'
import type { DefinitionIssue } from './issue.ts'
import type { PartialDefinition } from './partial-definition.ts'
import { foldQueryKey } from './query-keys.ts'

/** The header that the credential is sent in, lower case: no row may have it. */
export function reservedHeader({ authentication }: PartialDefinition): string | undefined {
  switch (authentication?.type) {
    case 'basic':
    case 'bearer':
    case 'jwt':
    case 'oauth_client_credentials':
    case 'oauth_jwt_bearer':
      return 'authorization'
    case 'api_key':
    case 'apikey':
      return authentication.config.in === 'header' ? authentication.config.key.toLowerCase() : undefined
    default:
      return undefined
  }
}

/** The query key that the credential is sent in, folded: no row may have it. */
export function reservedQueryKey({ authentication }: PartialDefinition): string | undefined {
  if (authentication?.type !== 'api_key' && authentication?.type !== 'apikey') return undefined
  return authentication.config.in === 'query' ? foldQueryKey(authentication.config.key) : undefined
}

/** What of an authentication can be checked without its templates. */
export function checkAuthentication(definition: PartialDefinition): DefinitionIssue[] {
  const { authentication } = definition
  switch (authentication?.type) {
    case 'api_key':
    case 'apikey':
      return checkCredentialKey(definition, authentication.config)
    case 'jwt':
      return refuseKeys('jwt_headers', authentication.config.jwt_headers, fixedHeaderFields)
    case 'oauth_client_credentials':
      return [
        ...refuseKeys('extra_parameters', authentication.config.extra_parameters, tokenParameters),
        ...checkClientAuthentication(authentication),
      ]
    case 'oauth_jwt_bearer': {
      const { jwt_headers, additional_claims, extra_parameters } = authentication.config
      return [
        ...checkClientAuthentication(authentication),
        ...refuseKeys('jwt_headers', jwt_headers, fixedHeaderFields),
        ...refuseKeys('additional_claims', additional_claims, assertionClaims),
        ...refuseKeys('extra_parameters', extra_parameters, tokenParameters),
      ]
    }
    default:
      return []
  }
}

/** They decide how a JWT is verified and with which key (RFC 7515 §4.1, RFC 7797). */
const fixedHeaderFields = ['alg', 'crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c']

/** The assertion's own (RFC 7523 §3). */
const assertionClaims = ['iss', 'sub', 'aud', 'exp', 'iat', 'jti']

/** The token request's own (RFC 6749 §4.4.2, RFC 7521 §4.1 and §4.2). */
const tokenParameters = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'assertion',
  'scope',
  'audience',
]

function refuseKeys(
  field: string,
  holder: object | undefined,
  refused: readonly string[],
): DefinitionIssue[] {
  return refused
    .filter((key) => holder !== undefined && Object.hasOwn(holder, key))
    .map((key) => ({
      path: `authentication.config.${field}.${key}`,
      code: 'RESERVED_KEY',
      message: `\`${key}\` is set by Sluice itself; remove it`,
    }))
}

type ApiKeyConfig = Extract<Authentication, { type: 'api_key' }>['config']

function checkCredentialKey(
  definition: PartialDefinition,
  { key, in: place }: ApiKeyConfig,
): DefinitionIssue[] {
  if (place === 'query') return []
  const path = 'authentication.config.key'
  if (!headerNamePattern.test(key)) {
    const message = `\`${printable(key)}\` is not a header name; write letters, digits and hyphens`
    return [{ path, code: 'INVALID_VALUE', message }]
  }
  if (isRefusedHeader(key) || key.toLowerCase() === 'content-type') {
    const message = `\`${key}\` is set by Sluice or by HTTP itself; send the key in another header or in the query`
    return [{ path, code: 'REFUSED_HEADER', message }]
  }
  if (!isCached(definition) || !isConditionalHeader(key)) return []
  const message = `\`${key}\` cannot be sent while caching is on; set \`cache.enabled\` to false`
  return [{ path, code: 'REFUSED_HEADER', message }]
}

/** Whether answers of the connector are cached, as far as the definition can be read. */
export function isCached({ method = 'GET', cache }: PartialDefinition): boolean {
  return (method === 'GET' || method === 'HEAD') && cache?.enabled !== false
}

/** A key as it may be printed: control characters shown as `?`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?')
}
