/**
 * What a definition, or `sluice.json`, lets happen, by code: one closed table (spec: "Permission changes"). A grant is
 * one such permission; a change of grants is told as permission facts.
 */
interface PermissionKind {
  /** What one grant of this code lets happen, for the reference. */
  readonly meaning: string
  /** The sentence of a grant that is new. `{}` is its subject. */
  readonly gained: string
  /** The sentence of a grant that is gone. */
  readonly lost: string
  /** Whether callers that worked before can fail when a grant of this code is gone. */
  readonly callersNeedIt: boolean
}

/** A text that only can be the same or another: which of the two lets more happen, nobody can compute. */
export interface OpaqueKind {
  readonly meaning: string
  readonly changed: string
  readonly breaksCallers: boolean
  /** Told only where there was a text before and is one after: a grant tells the rest. */
  readonly needsBoth?: true
}

/** Grants: what is there, lets something happen. */
export const grantKinds = {
  CONNECTOR: {
    meaning: 'there is a connector under this permalink',
    gained: 'The connector {} is new',
    lost: 'The connector {} is gone',
    callersNeedIt: true,
  },
  CALLERS: {
    meaning: 'who may call: anyone, every signed-in user, or users with a role',
    gained: 'It may now be called by {}',
    lost: 'It may no longer be called by {}',
    callersNeedIt: true,
  },
  HEADER_OVERRIDE: {
    meaning: 'a browser may send this header',
    gained: 'A browser may now send the header {}',
    lost: 'A browser may no longer send the header {}',
    callersNeedIt: true,
  },
  HEADER_VALUES: {
    meaning: 'which values of an overridable header are accepted, and from which roles',
    gained: 'More values are accepted for the header {}',
    lost: 'Fewer values are accepted for the header {}',
    callersNeedIt: true,
  },
  QUERY_OVERRIDE: {
    meaning: 'a browser may send this query parameter',
    gained: 'A browser may now send the query parameter {}',
    lost: 'A browser may no longer send the query parameter {}',
    callersNeedIt: true,
  },
  QUERY_VALUES: {
    meaning: 'which values of an overridable query parameter are accepted, and from which roles',
    gained: 'More values are accepted for the query parameter {}',
    lost: 'Fewer values are accepted for the query parameter {}',
    callersNeedIt: true,
  },
  UNLISTED_PARAMETERS: {
    meaning: 'a browser may add query parameters that the definition does not list',
    gained: 'A browser may now add {}',
    lost: 'A browser may no longer add {}',
    callersNeedIt: true,
  },
  PATH_OVERRIDE: {
    meaning: 'a browser may send this path parameter',
    gained: 'A browser may now send the path parameter {}',
    lost: 'A browser may no longer send the path parameter {}',
    callersNeedIt: true,
  },
  PATH_VALUES: {
    meaning: 'which values of a path parameter are accepted: its `format`',
    gained: 'More values are accepted for the path parameter {}',
    lost: 'Fewer values are accepted for the path parameter {}',
    callersNeedIt: true,
  },
  PATH_OPTIONAL: {
    meaning: 'a caller may leave out this path parameter',
    gained: 'A caller may now leave out the path parameter {}',
    lost: 'A caller must now send the path parameter {}',
    callersNeedIt: true,
  },
  PAYLOAD: {
    meaning: 'a browser may send a payload, or any payload that the schema does not refuse',
    gained: 'A browser may now send {}',
    lost: 'A browser may no longer send {}',
    callersNeedIt: true,
  },
  SEND_EMPTY: {
    meaning: 'the parameter is sent when its value is empty, where an API may read that as "all"',
    gained: '{} is now sent when its value is empty',
    lost: '{} is no longer sent when its value is empty',
    callersNeedIt: false,
  },
  DESTINATION: {
    meaning: 'requests go to this scheme and host, the API’s or its token endpoint’s',
    gained: 'Requests now go to {}',
    lost: 'Requests no longer go to {}',
    callersNeedIt: false,
  },
  REDIRECT_HOST: {
    meaning: 'a redirect to this host is followed',
    gained: 'Redirects to {} are now followed',
    lost: 'Redirects to {} are no longer followed',
    callersNeedIt: false,
  },
  FOLLOW_303: {
    meaning: 'a 303 after an unsafe method is followed',
    gained: '{} is now followed',
    lost: '{} is no longer followed',
    callersNeedIt: false,
  },
  SECRET: {
    meaning: 'a secret, or what is made of it, goes to this host in this place of the request',
    gained: 'A secret now goes out: {}',
    lost: 'A secret no longer goes out: {}',
    callersNeedIt: false,
  },
  SCOPE: {
    meaning: 'an OAuth scope is asked for',
    gained: 'The OAuth scope {} is now asked for',
    lost: 'The OAuth scope {} is no longer asked for',
    callersNeedIt: false,
  },
  SESSION_VALUE: {
    meaning: 'a value of the session goes to this host',
    gained: 'A value of the session now goes out: {}',
    lost: 'A value of the session no longer goes out: {}',
    callersNeedIt: false,
  },
  VALUE: {
    meaning: 'a value of the session or the caller is written into this field of the request',
    gained: 'A value is now written into the request: {}',
    lost: 'A value is no longer written into the request: {}',
    callersNeedIt: false,
  },
  UNQUOTED_VALUE: {
    meaning: 'a value of a session, a caller or an API is written without an embedded-language filter',
    gained: 'A value is no longer quoted for the language around it: {}',
    lost: 'A value is now quoted for the language around it: {}',
    callersNeedIt: false,
  },
  RAW_OUTPUT: {
    meaning: 'a value is written with `raw`, so that it can change the structure around it',
    gained: 'A value is now written with raw: {}',
    lost: 'A value is no longer written with raw: {}',
    callersNeedIt: false,
  },
  RESPONSE: {
    meaning: 'this part of the API’s response reaches the browser',
    gained: 'More of the response reaches the browser: {}',
    lost: 'Less of the response reaches the browser: {}',
    callersNeedIt: true,
  },
  REDACTED_RESPONSE: {
    meaning: 'a response that holds a secret is passed on, with the secret replaced',
    gained: '{} is now passed on',
    lost: '{} is no longer passed on',
    callersNeedIt: false,
  },
  SHARED_RESPONSE: {
    meaning: 'who can get one stored response: the same user, all callers of the tenant, or any cache',
    gained: 'A stored response is now shared by {}',
    lost: 'A stored response is no longer shared by {}',
    callersNeedIt: false,
  },
  STORED_SECONDS: {
    meaning: 'how long a stored response is given: its lifetime, and while it is stale',
    gained: 'A stored response is given for longer: {}',
    lost: 'A stored response is given for less long: {}',
    callersNeedIt: false,
  },
  INVALIDATES: {
    meaning: 'a successful call makes stored responses of this connector invalid',
    gained: 'A successful call now makes stored responses of {} invalid',
    lost: 'A successful call no longer makes stored responses of {} invalid',
    callersNeedIt: false,
  },
  RETRY: {
    meaning: 'how many more times a request is sent when it fails',
    gained: 'Requests are sent again more often: {}',
    lost: 'Requests are sent again less often: {}',
    callersNeedIt: false,
  },
  IDEMPOTENCY: {
    meaning: 'a write may be sent again under an idempotency key',
    gained: 'A write may now be sent again: {}',
    lost: 'A write may no longer be sent again: {}',
    callersNeedIt: false,
  },
  CALL_RATE: {
    meaning: 'how many calls a rate limit lets through',
    gained: 'More calls are let through: {}',
    lost: 'Fewer calls are let through: {}',
    callersNeedIt: true,
  },
  TIMEOUT: {
    meaning: 'how long one request to the API may take',
    gained: 'A request may take longer: {}',
    lost: 'A request may take less long: {}',
    callersNeedIt: false,
  },
  ORIGIN: {
    meaning: 'pages of this origin may call',
    gained: 'Pages of {} may now call',
    lost: 'Pages of {} may no longer call',
    callersNeedIt: true,
  },
  COOKIE_SESSION: {
    meaning: 'a session may come in a cookie',
    gained: 'A session may now come in {}',
    lost: 'A session may no longer come in {}',
    callersNeedIt: true,
  },
  ISSUER: {
    meaning: 'session tokens of this issuer are accepted',
    gained: 'Session tokens are now accepted of {}',
    lost: 'Session tokens are no longer accepted of {}',
    callersNeedIt: true,
  },
  HOST: {
    meaning: 'calls to this host name are this tenant’s',
    gained: 'Calls to {} are now this tenant’s',
    lost: 'Calls to {} are no longer this tenant’s',
    callersNeedIt: true,
  },
  SECRET_HOST: {
    meaning: 'a secret may go to hosts of this pattern (`allowed_hosts`)',
    gained: 'A secret may now go to more hosts: {}',
    lost: 'A secret may go to fewer hosts: {}',
    callersNeedIt: false,
  },
  SECRET_PLACE: {
    meaning: 'a secret may be in this place of a request (`places`)',
    gained: 'A secret may now be in another place of a request: {}',
    lost: 'A secret may no longer be in a place of a request: {}',
    callersNeedIt: false,
  },
  PRIVATE_UPSTREAM: {
    meaning: 'requests may go to this host and port, private or not (`allow_upstreams`)',
    gained: 'Requests may now go to {}, private or not',
    lost: 'Requests may no longer go to {}',
    callersNeedIt: false,
  },
  TRACE_HOST: {
    meaning: 'the trace context of a call goes to this host',
    gained: 'The trace context of calls now goes to {}',
    lost: 'The trace context of calls no longer goes to {}',
    callersNeedIt: false,
  },
  ENABLED: {
    meaning: 'calls of a connector are served (it is not in `disabled`)',
    gained: 'Calls of {} are served again',
    lost: 'Calls of {} are refused',
    callersNeedIt: true,
  },
  TENANT: {
    meaning: 'there is a tenant of this id',
    gained: 'The tenant {} is new',
    lost: 'The tenant {} is gone',
    callersNeedIt: true,
  },
  DEFAULT_TENANT: {
    meaning: 'anonymous calls to a host of no tenant are this tenant’s',
    gained: 'Anonymous calls to any host are now those of {}',
    lost: 'Anonymous calls to any host are no longer those of {}',
    callersNeedIt: true,
  },
  ADMIN: {
    meaning: 'a token of the admin API exists, with this role, for these tenants',
    gained: 'The admin API may now be used: {}',
    lost: 'The admin API may no longer be used: {}',
    callersNeedIt: false,
  },
} as const satisfies Readonly<Record<string, PermissionKind>>

/** Texts of which a change is told, without a direction: only people can say what it lets happen. */
export const opaqueKinds = {
  METHOD: {
    meaning: 'the method of the call and of the request',
    changed: 'The method changed',
    breaksCallers: true,
  },
  PATH: {
    meaning: 'path and query of the URL',
    changed: 'Path or query of the URL changed',
    breaksCallers: false,
  },
  AUTHENTICATION: {
    meaning: 'type and settings of the authentication',
    changed: 'The authentication changed: {}',
    breaksCallers: false,
  },
  IDENTITY: {
    meaning: 'for whom a token is asked: its subject, audience, issuer, claims',
    changed: 'For whom a token is asked changed: {}',
    breaksCallers: false,
  },
  REQUEST_VALUE: {
    meaning: 'a value or template of the request',
    changed: 'A value of the request changed: {}',
    breaksCallers: false,
  },
  RESPONSE_TEMPLATE: {
    meaning: 'the template that makes the response',
    changed: 'What the response is made of changed: {}',
    breaksCallers: true,
  },
  LANGUAGE: {
    meaning: 'the language of the templates',
    changed: 'The language of the templates changed',
    breaksCallers: false,
  },
  SECRET_SOURCE: {
    meaning: 'where the value of a secret is read from',
    changed: 'A secret is read from another place: {}',
    breaksCallers: false,
    needsBoth: true,
  },
  VARIABLE: {
    meaning: 'the value of a variable, which can decide where requests go',
    changed: 'A variable changed: {}',
    breaksCallers: false,
  },
  ISSUER_SETTINGS: {
    meaning: 'how tokens of an issuer are verified and read',
    changed: 'How session tokens are verified changed: {}',
    breaksCallers: false,
    needsBoth: true,
  },
} as const satisfies Readonly<Record<string, OpaqueKind>>

/** A change that no rule explains: told as `wider`, so that it is read. */
export const unexplained = {
  meaning: 'a change that no rule explains; it counts as wider',
  changed: 'A change that is not known to let nothing more happen: {}',
} as const

export type GrantCode = keyof typeof grantKinds
export type OpaqueCode = keyof typeof opaqueKinds

/** The code of a permission fact. */
export type PermissionCode = GrantCode | OpaqueCode | 'UNEXPLAINED'

export type PermissionDirection = 'wider' | 'narrower' | 'other'

/** One thing that a change lets happen, or no longer lets happen. */
export interface PermissionFact {
  /** The permalink; `null` for a fact of `sluice.json`. */
  readonly connector: string | null
  readonly code: PermissionCode
  readonly direction: PermissionDirection
  /** Whether a caller that worked before can fail now. */
  readonly breaks_callers: boolean
  /** One sentence. Text of definitions is in code spans; control and bidi characters are spelled out. */
  readonly message: string
  /** The field, e.g. `headers[Accept].value`; of `sluice.json`: `tenants[acme].origins`. */
  readonly path: string
}
