import * as z from 'zod'

const template = z.string().max(4096)
const emptyConfig = z.strictObject({})

const none = z.strictObject({ type: z.literal('none'), config: emptyConfig.optional() })

const apiKeyConfig = z.strictObject({
  key: z.string().min(1).max(255).describe('Header name or query key that carries the credential'),
  value: template.min(1).describe("Template of the credential, e.g. {{ get_secret('api_key') }}"),
  in: z.enum(['header', 'query']).default('header').describe('Where it is sent'),
})
const apiKey = z.strictObject({ type: z.literal('api_key'), config: apiKeyConfig })
const apiKeyAlias = z.strictObject({ type: z.literal('apikey'), config: apiKeyConfig })

const bearer = z.strictObject({
  type: z.literal('bearer'),
  config: z.strictObject({
    token: template.min(1).describe("Template of a static token (RFC 6750), e.g. {{ get_secret('token') }}"),
  }),
})

const basic = z.strictObject({
  type: z.literal('basic'),
  config: z.strictObject({
    username: template.describe('Template of the user name (RFC 7617)'),
    password: template.describe("Template of the password, e.g. {{ get_secret('password') }}"),
  }),
})

/** The signature algorithms of RFC 7518 §3 and RFC 8037 §3.1 that a JWT can be signed with. */
export const signatureAlgorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
] as const

export type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

const signatureAlgorithm = z.enum(signatureAlgorithms)
const algorithm = signatureAlgorithm.default('RS256').describe('How it is signed (RFC 7518, RFC 8037)')
const privateKey = z
  .string()
  .min(1)
  .max(16 * 1024)
  .describe("Template of the key: PEM (PKCS#8, PKCS#1, SEC1), a JWK's JSON text, or the secret of HS…")
const tokenUrl = z
  .string()
  .min(1)
  .max(2048)
  .describe('https URL of the token endpoint, under the rules of `url`')
const jsonTemplates = z.record(z.string().min(1).max(255), z.unknown())
const jwtHeaders = jsonTemplates.optional().describe('More JOSE header fields; string leaves are templates')
const extraParameters = z
  .record(z.string().min(1).max(255), template)
  .optional()
  .describe('More parameters of the token request; values are templates')

/** How a client proves who it is at the token endpoint (RFC 6749 §2.3.1, RFC 7523 §2.2). */
export const clientAuthentications = [
  'client_secret_post',
  'client_secret_basic',
  'client_secret_basic_raw',
  'private_key_jwt',
] as const

export type ClientAuthenticationMethod = (typeof clientAuthentications)[number]

const clientAuthentication = z
  .enum(clientAuthentications)
  .default('client_secret_post')
  .describe('How the client shows who it is at the token endpoint')
const keyId = template
  .min(1)
  .optional()
  .describe('With `private_key_jwt`: the `kid` of the assertion that shows who the client is')

const clientCredentials = z.strictObject({
  type: z.literal('oauth_client_credentials'),
  config: z.strictObject({
    client_id: template.min(1).describe('Who asks for the token'),
    client_secret: template.min(1).optional().describe("Template, e.g. {{ get_secret('client_secret') }}"),
    token_url: tokenUrl,
    scope: template.optional().describe('What the token shall be good for'),
    audience: template.optional().describe('Who shall accept the token'),
    extra_parameters: extraParameters,
    client_authentication: clientAuthentication,
    private_key: privateKey.optional().describe('With `private_key_jwt`: template of the key, as for `jwt`'),
    algorithm: signatureAlgorithm
      .optional()
      .describe('With `private_key_jwt`: how its assertion is signed; RS256 when absent'),
    key_id: keyId,
  }),
})

const jwt = z.strictObject({
  type: z.literal('jwt'),
  config: z.strictObject({
    private_key: privateKey,
    algorithm,
    claims: jsonTemplates.describe('Claims of the JWT; string leaves are templates'),
    jwt_headers: jwtHeaders,
  }),
})

const jwtBearer = z.strictObject({
  type: z.literal('oauth_jwt_bearer'),
  config: z.strictObject({
    client_id: template.min(1).describe('Who asks for the token'),
    client_secret: template.min(1).optional().describe('Sent with the assertion'),
    client_authentication: clientAuthentication,
    key_id: keyId,
    issuer: template.min(1).optional().describe('`iss` of the assertion (RFC 7523); `client_id` when absent'),
    private_key: privateKey,
    token_url: tokenUrl,
    subject: template.min(1).optional().describe('Whom the token is for; the client itself when absent'),
    audience: template.min(1).describe('Who shall accept the assertion'),
    token_ttl: z.int().min(1).max(31_536_000).default(3600).describe('Longest life of a token, in seconds'),
    algorithm,
    additional_claims: jsonTemplates.optional().describe('More claims of the assertion'),
    jwt_headers: jwtHeaders,
    scope: template.optional().describe('What the token shall be good for'),
    extra_parameters: extraParameters,
  }),
})

/** How requests authenticate towards the API. */
export const authenticationSchema = z.discriminatedUnion('type', [
  none,
  apiKey,
  apiKeyAlias,
  bearer,
  basic,
  clientCredentials,
  jwt,
  jwtBearer,
])

export type Authentication = z.infer<typeof authenticationSchema>
