import { z } from 'zod'

const template = z.string().max(4096)
const emptyConfig = z.strictObject({})

const none = z.strictObject({ type: z.literal('none'), config: emptyConfig.optional() })

const apiKeyConfig = z.strictObject({
  key: z.string().min(1).max(255).describe('Header name or query key that carries the credential'),
  value: template.min(1).describe("Template of the credential, e.g. {{ get_secret('api_key') }}"),
  in: z.enum(['header', 'query']).default('header'),
})
const apiKey = z.strictObject({ type: z.literal('api_key'), config: apiKeyConfig })
const apiKeyAlias = z.strictObject({ type: z.literal('apikey'), config: apiKeyConfig })

const basic = z.strictObject({
  type: z.literal('basic'),
  config: z.strictObject({
    username: template.describe('Template of the user name (RFC 7617)'),
    password: template.describe("Template of the password, e.g. {{ get_secret('password') }}"),
  }),
})

/** How requests authenticate towards the API. */
export const authenticationSchema = z.discriminatedUnion('type', [none, apiKey, apiKeyAlias, basic])

export type Authentication = z.infer<typeof authenticationSchema>

/** Authentication types that the specification names and this version does not have yet. */
export const unsupportedAuthenticationTypes: readonly string[] = [
  'oauth_client_credentials',
  'jwt',
  'oauth_jwt_bearer',
]
