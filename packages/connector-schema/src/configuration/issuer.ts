import * as z from 'zod'
import { valueSource } from './sources.ts'

const claim = z
  .string()
  .min(1)
  .max(255)
  .describe('The name of a claim, or a JSON Pointer (RFC 6901) where it begins with /')

const claims = z.strictObject({
  id: claim.optional(),
  email: claim.optional(),
  first_name: claim.optional(),
  last_name: claim.optional(),
  username: claim.optional(),
  roles: claim.optional(),
  profile_fields: claim.optional(),
})

/** In several fields and not as a union, so that a mistake is told by its field. */
const keys = z
  .strictObject({
    jwks_url: z
      .url({ protocol: /^https?$/, error: 'must be an https URL' })
      .max(2048)
      .optional()
      .describe('A JSON Web Key Set (RFC 7517)'),
    secret: z
      .union([valueSource, z.array(valueSource).min(1).max(10)], {
        error: 'must be { "env": "NAME" } or { "file": "NAME" }, or a list of them',
      })
      .optional()
      .describe('HS256, at least 32 bytes; a list while it is rotated'),
  })
  .superRefine(({ jwks_url, secret }, context) => {
    if ((jwks_url === undefined) !== (secret === undefined)) return
    context.addIssue({ code: 'custom', message: 'must have `jwks_url` or `secret`, one of the two' })
  })

/** Who vouches for users: verifies their session tokens. */
export const issuerSchema = z.strictObject({
  issuer: z.string().min(1).max(2048).describe('The `iss` of its tokens, exactly'),
  audience: z.string().min(1).max(2048).describe('The `aud` that its tokens must have'),
  keys: keys.optional().describe('Where its keys are; found by OpenID discovery without it'),
  typ: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('The `typ` header of its tokens; without it none, JWT and at+jwt'),
  claims: claims
    .optional()
    .describe('Which claim gives each value of the session, where it is not the usual one'),
  require: z
    .record(z.string().min(1).max(255), z.array(z.string().max(1024)).min(1).max(100))
    .optional()
    .describe('Claims of which a token must have one of the values'),
  tenant_claim: claim.default('tenant_id').describe('The claim that names the tenant'),
})

export type IssuerConfiguration = z.output<typeof issuerSchema>
