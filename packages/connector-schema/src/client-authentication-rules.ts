import type { Authentication } from './authentication.ts'
import type { DefinitionIssue } from './issue.ts'

type WithClient = Extract<Authentication, { type: 'oauth_client_credentials' | 'oauth_jwt_bearer' }>

/** What `client_authentication` needs, and what it leaves without a use: a field that nothing reads is a mistake. */
export function checkClientAuthentication(authentication: WithClient): DefinitionIssue[] {
  const { config } = authentication
  return config.client_authentication === 'private_key_jwt'
    ? checkPrivateKeyJwt(config)
    : checkClientSecret(authentication)
}

/** RFC 7523 §2.2 */
function checkPrivateKeyJwt(config: WithClient['config']): DefinitionIssue[] {
  const issues: DefinitionIssue[] = []
  if (config.private_key === undefined) {
    issues.push(issue('private_key', 'REQUIRED', '`private_key_jwt` signs with `private_key`; add it'))
  }
  if (config.client_secret !== undefined) {
    const message = '`private_key_jwt` shows who the client is by `private_key`; remove `client_secret`'
    issues.push(issue('client_secret', 'INVALID_VALUE', message))
  }
  if (config.algorithm?.startsWith('HS') === true) {
    const message = '`private_key_jwt` signs with a key pair; choose an algorithm of RS, PS, ES or EdDSA'
    issues.push(issue('algorithm', 'INVALID_VALUE', message))
  }
  return issues
}

function checkClientSecret({ type, config }: WithClient): DefinitionIssue[] {
  const method = config.client_authentication
  const unused = type === 'oauth_jwt_bearer' ? (['key_id'] as const) : onlyWithPrivateKeyJwt
  const issues = unused
    .filter((field) => config[field] !== undefined)
    .map((field) => issue(field, 'INVALID_VALUE', unusedMessage(type, field)))
  if (method !== 'client_secret_post' && config.client_secret === undefined) {
    issues.push(issue('client_secret', 'REQUIRED', `\`${method}\` sends \`client_secret\`; add it`))
  }
  return issues
}

const onlyWithPrivateKeyJwt = ['private_key', 'algorithm', 'key_id'] as const

function unusedMessage(type: WithClient['type'], field: string): string {
  const use = `\`${field}\` belongs to \`client_authentication\` \`private_key_jwt\`; choose that, or remove it`
  return type === 'oauth_jwt_bearer'
    ? `${use} (the assertion that is exchanged gets its \`kid\` from \`jwt_headers\`)`
    : use
}

function issue(field: string, code: string, message: string): DefinitionIssue {
  return { path: `authentication.config.${field}`, code, message }
}
