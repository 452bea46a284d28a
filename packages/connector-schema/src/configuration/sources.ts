import * as z from 'zod'

/** The name of a secret or variable; both share one name space. */
export const valueName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,127}$/,
    'must be a name of letters, digits and _ that begins with no digit',
  )

/** A variable that holds what Sluice itself is configured with is never a tenant's. */
const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
  .refine((name) => !/^(?:SLUICE|NODE)_/i.test(name), 'must not begin with SLUICE_ or NODE_')

const fileName = z
  .string()
  .min(1)
  .max(1024)
  .refine((path) => !path.includes('\0'), 'must be a path')
  .describe('A file below the folder of secrets; one newline at its end is dropped')

const environmentSource = z.strictObject({
  env: environmentName.describe('An environment variable'),
})

const sourceFields = {
  env: environmentName.optional().describe('An environment variable that holds it'),
  file: fileName.optional(),
}

/** Exactly one of two ways. */
function requireOneSource(
  { env, file }: { readonly env?: string | undefined; readonly file?: string | undefined },
  context: z.RefinementCtx,
): void {
  if ((env === undefined) !== (file === undefined)) return
  context.addIssue({ code: 'custom', message: 'must say where it is: write `env` or `file`, one of the two' })
}

/** Where a value is that is not written into the configuration: one of the two fields is there. */
export const valueSource = z.strictObject(sourceFields).superRefine(requireOneSource)

export type ValueSource = z.output<typeof valueSource>

/** Host patterns that may receive a secret: a host, `*.example.com`, or `*` for every host. */
export const allowedHosts = z
  .array(
    z
      .string()
      .max(255)
      .regex(
        /^(?:\*|(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?|\[[0-9A-Fa-f:.]+\])$/,
        'must be a host, *.example.com, or * for every host',
      ),
  )
  .min(1)
  .max(100)

/** The places of a request that may hold a secret. */
export const secretPlaces = ['authentication', 'header', 'query', 'body'] as const

export type SecretPlace = (typeof secretPlaces)[number]

/** Where a secret may be that does not say: what is logged on its way, or kept as data, has to be asked for. */
export const defaultSecretPlaces: readonly SecretPlace[] = ['authentication', 'header']

const secretRules = {
  allowed_hosts: allowedHosts.describe('Hosts to which it may be sent, itself or what is made of it'),
  places: z
    .array(z.enum(secretPlaces))
    .min(1)
    .default([...defaultSecretPlaces])
    .describe('Where in a request it may be'),
}

/** A secret of a tenant: where its value is, and where it may go. */
export const secretSchema = z.strictObject({ ...sourceFields, ...secretRules }).superRefine(requireOneSource)

export type SecretConfiguration = z.output<typeof secretSchema>

/** A variable: its text, or the environment variable that holds it. */
export const variableSchema = z.union([z.string().max(64 * 1024), environmentSource], {
  error: 'must be a text, or { "env": "NAME" }',
})

export type VariableConfiguration = z.output<typeof variableSchema>
