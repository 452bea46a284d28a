import { type DefinitionIssue, toIssues, withinAlternatives } from '@sluice/connector-schema'
import { defaultSecretPlaces, secretPlaces } from '@sluice/connector-schema/configuration'
import { allowUpstreams } from '@sluice/proxy'
import { z } from 'zod'

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be letters, digits and _')

const secretValue = z.string().max(64 * 1024)

const userSchema = z.strictObject({
  id: z.string().min(1),
  email: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  roles: z.array(z.string()).default([]),
  profile_fields: z.record(z.string().regex(/^[0-9]+$/, 'must be a number'), z.unknown()).default({}),
})

/** `sluice.dev.json`: one tenant with its users, secrets and variables, for `sluice dev`. */
const devConfigSchema = z.strictObject({
  tenant_id: z.string().min(1),
  session_secret: z.string().refine((text) => Buffer.byteLength(text) >= 32, 'must have at least 32 bytes'),
  users: z.array(userSchema).default([]),
  secrets: z
    .record(
      identifier,
      z.union([
        secretValue,
        z.strictObject({
          value: secretValue,
          allowed_hosts: z.array(z.string().min(1)).min(1),
          places: z
            .array(z.enum(secretPlaces))
            .min(1)
            .default([...defaultSecretPlaces]),
        }),
      ]),
    )
    .default({}),
  variables: z.record(identifier, z.string()).default({}),
  allow_upstreams: z.array(z.string().superRefine(checkUpstream)).default([]),
  origins: z.array(z.url().refine(isOrigin, 'must be an origin such as https://www.example.com')).default([]),
  cookie_sessions: z.boolean().default(true),
})

const named = { schema: devConfigSchema, whole: 'The configuration' }

export type DevConfig = z.output<typeof devConfigSchema>
export type DevUser = DevConfig['users'][number]

function checkUpstream(text: string, context: z.RefinementCtx): void {
  try {
    allowUpstreams([text])
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not host:port' })
  }
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}

/** Validates the content of `sluice.dev.json`, every mistake at once. */
export function parseDevConfig(input: unknown): {
  readonly config: DevConfig | undefined
  readonly errors: readonly DefinitionIssue[]
} {
  const parsed = devConfigSchema.safeParse(input)
  const errors = (parsed.error?.issues ?? [])
    .flatMap(withinAlternatives)
    .flatMap((issue) => toIssues(issue, named))
  const both = parsed.success
    ? Object.keys(parsed.data.secrets).filter((name) => isVariable(parsed.data, name))
    : []
  for (const name of both) {
    const message = `\`${name}\` is a secret and a variable; they share one name space; rename one`
    errors.push({ path: `variables.${name}`, code: 'DUPLICATE_KEY', message })
  }
  return { config: errors.length === 0 ? parsed.data : undefined, errors }
}

function isVariable(config: DevConfig, name: string): boolean {
  return Object.hasOwn(config.variables, name)
}
