import {
  type FaultDomain,
  type ProblemCode,
  problemCodes,
  problemKinds,
  problemTypeBase,
} from '../problem.ts'
import { code, table } from './table.ts'

const introduction = `# Problems

Every failure that the proxy itself answers with is one of these: \`application/problem+json\` (RFC 9457), with its code
in \`X-Connector-Error\` too. Without that header the answer is the API's own, whatever its status: a 404 or a 500 of
the API is no problem of the proxy, and passes through. This page is written from the code
(\`npx -y pnpm@12 --filter @sluice/connector-schema generate\`); a test compares the two.

| member | what it is |
|---|---|
| \`type\` | \`${problemTypeBase}\` and the code in lower case, with \`-\` for \`_\` |
| \`title\`, \`status\`, \`code\` | as in the table below |
| \`detail\` | one or two sentences for the developer; never a secret, a token or an internal address |
| \`stage\` | where in the exchange it arose; the table names the usual one |
| \`params\` | the keys or names that it is about; for \`INVALID_OVERRIDE\` objects with \`key\` and \`rule\` |
| \`errors\` | of \`INVALID_PAYLOAD\`: objects with \`pointer\`, a JSON Pointer into the payload, and \`detail\` |
| \`upstream_status\` | the API's status, where it had answered |
| \`request_id\` | as in \`X-Request-ID\` |`

const faults: Readonly<Record<FaultDomain, string>> = {
  caller: 'the caller: the widget, or its session',
  connector: "the connector: its definition, secrets or variables, in the platform team's hands",
  upstream: 'the API',
  proxy: 'the proxy, or whoever runs it',
}

/** What each code tells beyond its title. The type demands a line for each. */
const meanings: Readonly<Record<ProblemCode, string>> = {
  INVALID_REQUEST: 'a header, the query string or the body is badly encoded, or two sessions were sent',
  OVERRIDE_NOT_PERMITTED: '`params` names every key that the connector does not let a call set',
  INVALID_OVERRIDE: 'a key that may be set has a value that breaks its constraints or its place',
  INVALID_PAYLOAD: 'a template reads it, and an object in it has a key twice: `errors` points to each',
  MISSING_PATH_PARAMETERS: '`params` names them',
  INVALID_PATH_PARAMETERS: '`params` names those whose value does not fit their format',
  AUTHENTICATION_REQUIRED: 'nobody is signed in, and the connector is not anonymous or does not exist',
  INVALID_SESSION: 'the token is malformed, expired, or of somebody else',
  FORBIDDEN: 'the user has none of the roles that the connector asks for',
  CSRF_FAILED: 'a session in a cookie needs the right `X-CSRF-Token`',
  ORIGIN_NOT_ALLOWED: "the page's origin is not on the tenant's list",
  CONNECTOR_NOT_FOUND: "no connector of the session's tenant has this permalink",
  METHOD_NOT_ALLOWED: '`Allow` names the one that it has',
  PAYLOAD_TOO_LARGE: 'the payload exceeds the limit of the proxy',
  TEMPLATE_RENDERING_FAILED: '`detail` names field, line and column',
  SECRET_NOT_FOUND: '`params` names it; nothing was sent',
  SECRET_NOT_ALLOWED_FOR_HOST: 'the secret lists other hosts; nothing was sent',
  SECRET_NOT_ALLOWED_FOR_PLACE:
    'the secret lists other `places` than the connector uses it in; nothing was sent',
  JWT_SIGNING_FAILED: 'the key does not fit the algorithm, or is no key; nothing was sent',
  VARIABLE_NOT_FOUND: '`params` names it; nothing was sent',
  RATE_LIMITED: '`Retry-After` says when to come back',
  CONNECTOR_MISCONFIGURED: 'it makes a request that HTTP cannot carry',
  INTERNAL_ERROR: 'a mistake of ours; the log has it under the `request_id`',
  UPSTREAM_UNREACHABLE: 'no address, no connection, no TLS',
  UPSTREAM_PROTOCOL_ERROR: 'what came is no HTTP answer, or ended early',
  UPSTREAM_RESPONSE_TOO_LARGE: 'the answer exceeds the limit of the proxy',
  UPSTREAM_REDIRECT: 'its host is not among `redirect_hosts`',
  TOKEN_EXCHANGE_FAILED: 'the token endpoint refused, failed, or answered without a token',
  SECRET_IN_RESPONSE: '`on_secret_in_response` decides between this and redaction',
  DESTINATION_NOT_ALLOWED: 'the address is private, or the port or scheme is not allowed',
  RESPONSE_TEMPLATE_FAILED: 'the API had answered: `upstream_status` says how',
  OVERLOADED: '`Retry-After` says when to come back',
  SHUTTING_DOWN: 'another instance, or this one once it runs again, answers',
  UPSTREAM_TIMEOUT: "`timeout_ms` had passed before the API's answer",
}

/** `docs/reference-problems.md`. */
export function problemsPage(): string {
  const rows = problemCodes.map((name) => {
    const { status, title, stage, fault } = problemKinds[name]
    return [String(status), code(name), `${title}: ${meanings[name]}`, code(stage), fault]
  })
  const whose = Object.entries(faults).map(([fault, who]) => [fault, who])
  return `${[
    introduction,
    '## The table',
    table(['status', 'code', 'what happened', 'usual stage', 'fault'], rows),
    '## Who has to act',
    table(['fault', 'who'], whose),
  ].join('\n\n')}\n`
}
