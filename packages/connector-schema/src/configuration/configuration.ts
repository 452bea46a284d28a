import * as z from 'zod'
import { issuerSchema } from './issuer.ts'
import { defaultsSchema, tenantFields } from './tenant.ts'

/** What a token of the admin API may do. */
export const adminRoles = ['admin', 'deployer', 'tester', 'viewer'] as const

export type AdminRole = (typeof adminRoles)[number]

const adminToken = z.strictObject({
  name: z.string().min(1).max(255).describe('Who holds it'),
  role: z.enum(adminRoles),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in hex, as `sluice token new` prints it')
    .describe('The digest of the token; the token itself is shown once, when it is made'),
  tenants: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Ids of the tenants that it is for; all without it'),
  impersonate: z.boolean().default(false).describe('Whether test runs may take the place of a user'),
  expires_at: z.iso.datetime({ offset: true }).optional().describe('When it ends'),
})

export type AdminTokenConfiguration = z.output<typeof adminToken>

const admin = z.strictObject({
  tokens: z.array(adminToken).max(1000).default([]),
})

/** `sluice.json` with several tenants. */
export const configurationSchema = z.strictObject({
  $schema: z.string().optional().describe('Where editors find the JSON Schema of this file'),
  defaults: defaultsSchema.default({}).describe('What every tenant has unless it says otherwise'),
  issuers: z
    .array(issuerSchema)
    .max(50)
    .default([])
    .describe('Issuers of the whole platform: their tokens name the tenant'),
  tenants: z
    .array(z.union([z.string().min(1).max(1024), z.looseObject({})]))
    .min(1)
    .max(100_000)
    .describe('Tenants, or files and globs that hold one each'),
  admin: admin.default({ tokens: [] }).describe('The admin API'),
})

/** `sluice.json` with one tenant, whose fields are at the top. */
export const singleTenantSchema = z.strictObject({
  ...tenantFields.shape,
  admin: admin.default({ tokens: [] }).describe('The admin API'),
})

export type AdminConfiguration = z.output<typeof admin>
