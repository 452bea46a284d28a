import * as z from 'zod'
import { maxPermalinkLength, permalinkPattern } from '../permalink.ts'
import { issuerSchema } from './issuer.ts'
import { refuseOrigin } from './origins.ts'
import { secretSchema, valueName, variableSchema } from './sources.ts'

const hostName =
  /^(?=.{1,259}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d{1,5})?$/i

const origin = z.string().superRefine((text, context) => {
  const message = refuseOrigin(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

/** Token characters without the prefixes' rules: browsers enforce those (RFC 6265bis §4.1.3). */
const cookieName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a cookie')

const registry = z.union(
  [
    z.string().min(1).max(1024),
    z.strictObject({
      file: z.string().min(1).max(1024).describe('A registry, or a glob'),
      template_language: z.literal('liquid').default('liquid').describe('There is no other yet'),
    }),
  ],
  { error: 'must be a file, or { "file": "NAME" }' },
)

const tenantId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\s/\\\p{C}]+$/u, 'must be without spaces, slashes and control characters')

/** What a tenant inherits from `defaults` where it does not say otherwise. */
const inheritable = {
  origins: z.array(origin).max(1000).default([]).describe('Origins whose pages may call'),
  cookie_sessions: z
    .union([z.boolean(), z.strictObject({ name: cookieName })], {
      error: 'must be true, false or { "name": "NAME OF THE COOKIE" }',
    })
    .default(false)
    .describe('Whether a session may come in a cookie, and its name'),
  issuers: z.array(issuerSchema).max(50).default([]).describe('Who vouches for its users'),
  claim_values: z
    .record(z.string().min(1), z.array(z.string().min(1)).min(1))
    .default({})
    .describe('By issuer: the values of its tenant claim that mean this tenant; its id without them'),
  registries: z.array(registry).max(1000).default([]).describe('Files with its connectors'),
  secrets: z.record(valueName, secretSchema).default({}),
  variables: z.record(valueName, variableSchema).default({}),
  allow_upstreams: z
    .array(z.string().max(259))
    .max(1000)
    .default([])
    .describe('host:port of APIs that are not public, or not https'),
  trace_hosts: z
    .array(z.string().max(253).regex(hostName, 'must be a host'))
    .max(1000)
    .default([])
    .describe('Hosts that get `traceparent`'),
  disabled: z
    .array(z.string().max(maxPermalinkLength).regex(permalinkPattern, 'must be a permalink'))
    .default([])
    .describe('Permalinks whose calls are refused'),
}

/** `defaults` of a configuration: what every tenant has unless it says otherwise. */
export const defaultsSchema = z.strictObject(inheritable).partial()

/** The fields of one tenant, without the rules that concern several of them. */
export const tenantFields = z.strictObject({
  $schema: z.string().optional().describe('Where editors find the JSON Schema of this file'),
  id: tenantId.describe('What session tokens call it'),
  hosts: z
    .array(z.string().regex(hostName, 'must be a host name, with a port where it is not the usual one'))
    .max(100)
    .default([])
    .describe('Host names that are this tenant’s alone'),
  ...inheritable,
})

/** One tenant of a configuration. */
export const tenantSchema = tenantFields.superRefine((tenant, context) => {
  for (const name of Object.keys(tenant.variables)) {
    if (!Object.hasOwn(tenant.secrets, name)) continue
    const message = 'is the name of a secret as well; they share one name space: rename one'
    context.addIssue({ code: 'custom', path: ['variables', name], message })
  }
  if (tenant.cookie_sessions === false) return
  for (const [index, text] of tenant.origins.entries()) {
    if (!text.includes('*')) continue
    const message = 'may have no * where sessions come in a cookie: write out each origin'
    context.addIssue({ code: 'custom', path: ['origins', index], message })
  }
})

export type TenantConfiguration = z.output<typeof tenantSchema>
