import * as z from 'zod'
import { authenticationSchema } from './authentication.ts'
import { constraintsSchema } from './constraints.ts'
import { maxPermalinkLength, permalinkPattern } from './permalink.ts'
import { utf8Length } from './utf8-length.ts'

/** The methods that a connector may have. */
export const connectorMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export type ConnectorMethod = (typeof connectorMethods)[number]

/** Longest `request_body` or `response_body` template, in bytes of UTF-8. */
const maxBodyTemplateBytes = 64 * 1024

const key = z.string().min(1).max(255)
const value = z.string().max(4096).default('')

const bodyTemplate = z
  .string()
  .refine((text) => utf8Length(text) <= maxBodyTemplateBytes, 'must be at most 64 KiB')
  .default('')

export const rowSchema = z.strictObject({
  key: key.describe('Literal name'),
  value: value.describe('Template'),
  overridable: z.boolean().default(false).describe('Whether a call may replace the value'),
  send_empty: z.boolean().default(false).describe('Send the row even when its value renders to nothing'),
  constraints: constraintsSchema.optional().describe('Rules for what a caller may send'),
})

export const pathParameterSchema = z.strictObject({
  key: key
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be an identifier: letters, digits and _')
    .describe('Its name in `pathParams`'),
  value: z.string().max(4096).optional().describe('Literal default; without one the caller must send it'),
  overridable: z.boolean().default(true).describe('Whether a call may send it'),
  format: z
    .enum(['segment', 'text', 'path'])
    .default('segment')
    .describe('segment: letters, digits and ._~-; text: any text as one segment; path: keeps /'),
})

const seconds = z.int().min(0).max(31_536_000)

const cacheSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('GET and HEAD only'),
  ttl_seconds: seconds.optional().describe('Lifetime of a 200 where the API says nothing about caching'),
  stale_while_revalidate_seconds: seconds
    .optional()
    .describe('How long a stale answer is given while it is asked for anew, where the API does not say'),
  stale_if_error_seconds: seconds
    .optional()
    .describe('How long a stale answer stands in for an API that fails, where the API does not say'),
  invalidates: z
    .array(z.string().max(maxPermalinkLength).regex(permalinkPattern, 'must be a permalink'))
    .max(100)
    .default([])
    .describe('Permalinks of connectors whose stored answers a successful call makes invalid'),
})

const rateLimitSchema = z.strictObject({
  requests: z.int().min(1).max(1_000_000).describe('Calls in one window'),
  per_seconds: z.int().min(1).max(86_400).describe('Length of a window, in seconds'),
  scope: z
    .enum(['user', 'tenant', 'connector'])
    .default('user')
    .describe(
      'user: one caller of it, or one address where anonymous; connector: all callers of it; tenant: all connectors of the tenant that have such a limit, together',
    ),
})

/** How many limits a connector can have. */
const maxRateLimits = 4

/** RFC 9110 §8.3.1, or nothing. */
const mediaType = /^(?:[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[\t\x20-\x7e]*)?)?$/

const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\.?$/i

/**
 * A connector definition: the only source of its TypeScript type, its JSON Schema and its validation.
 * Strict, so that editors mark unknown keys; `parseDefinition` turns those into warnings.
 */
export const definitionSchema = z.strictObject({
  name: z.string().min(1).max(255).describe('What people call it'),
  permalink: z
    .string()
    .max(maxPermalinkLength)
    .regex(permalinkPattern, 'must be lower-case letters and digits joined by single hyphens')
    .optional()
    .describe('Derived from the name when absent'),
  description: z.string().max(4096).default('').describe('What widget authors read where they call it'),
  url: z.string().min(1).max(2048).describe('https URL; templates in path and query string'),
  method: z.enum(connectorMethods).default('GET').describe('Of the call and of the request to the API'),
  headers: z.array(rowSchema).max(100).default([]).describe('Headers of the request to the API'),
  query_parameters: z
    .array(rowSchema)
    .max(100)
    .default([])
    .describe('Query of the request, after that of `url`'),
  path_parameters: z
    .array(pathParameterSchema)
    .max(50)
    .default([])
    .describe('What any template reads as `pathParams`; each is used in one at least'),
  authentication: authenticationSchema
    .default({ type: 'none' })
    .describe('How the request shows who sends it'),
  request_body: bodyTemplate.describe("Template; empty: the caller's body passes through"),
  response_body: bodyTemplate.describe("Template; empty: the API's body passes through"),
  response_content_type: z
    .string()
    .max(255)
    .regex(mediaType, 'must be a media type such as application/json')
    .default('')
    .describe('Content type of the answer; empty: application/json with a template, else as the API says'),
  response_schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('JSON Schema of the answer; documents it and types it, checks nothing'),
  access: z
    .enum(['authenticated', 'anonymous'])
    .default('authenticated')
    .describe('anonymous: a call needs no session, unless a template names the user without `| default:`'),
  roles: z
    .array(z.string().min(1).max(255))
    .max(100)
    .default([])
    .describe('Roles of which a user needs one; empty: any user'),
  unlisted_parameters: z
    .enum(['reject', 'allow'])
    .default('reject')
    .describe('Whether a call may send query keys that are not listed'),
  cache: cacheSchema.default({ enabled: true, invalidates: [] }).describe('What becomes of stored answers'),
  timeout_ms: z
    .int()
    .min(100)
    .max(60_000)
    .default(15_000)
    .describe('Milliseconds until the headers of the answer must be there, for each attempt'),
  retry: z
    .strictObject({ attempts: z.int().min(0).max(5).default(0).describe('Sendings after the first') })
    .default({ attempts: 0 })
    .describe('After a failed connection, 429, 502, 503 and 504; idempotent methods only'),
  rate_limit: z
    .union([rateLimitSchema, z.array(rateLimitSchema).min(1).max(maxRateLimits)])
    .optional()
    .describe(
      'How often it may be called: one limit, or a list of which each holds. Without one an anonymous caller has 300 calls a minute per address',
    ),
  redirect_hosts: z
    .array(z.string().max(253).regex(hostName, 'must be a literal host name'))
    .max(20)
    .default([])
    .describe('Hosts to which a redirect may be followed, without any credential'),
  follow_303: z
    .boolean()
    .default(false)
    .describe('Follow a 303 after an unsafe method as a GET; false: it passes, with `X-Upstream-Location`'),
  on_secret_in_response: z
    .enum(['fail', 'redact'])
    .default('fail')
    .describe('What happens when a response holds a secret of the exchange: an error, or ••• in its place'),
  template_language: z.literal('liquid').default('liquid').describe('There is no other yet'),
})

/** A definition with its permalink derived and every default filled in. */
export type ConnectorDefinition = Omit<z.output<typeof definitionSchema>, 'permalink'> & {
  readonly permalink: string
}

export type ParameterRow = z.output<typeof rowSchema>
export type RateLimit = z.output<typeof rateLimitSchema>
export type PathParameter = z.output<typeof pathParameterSchema>
