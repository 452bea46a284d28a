import type { DocumentedManifest } from '@sluice/connector-schema'
import { z } from 'zod'
import { CommandError } from '../command-error.ts'

const keys = z.array(z.string())
const constraints = z.record(z.string(), z.record(z.string(), z.unknown()))

// As everything here it is written into a file of code: text that is none of ours is refused.
const permalink = z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/)

const manifestSchema = z.object({
  version: z.literal(1),
  connectors: z.record(
    permalink,
    z.object({
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
      query: keys,
      headers: keys,
      path: z.object({ required: keys, optional: keys }),
      constraints: z.object({ query: constraints.optional(), headers: constraints.optional() }),
      unlisted_parameters: z.enum(['reject', 'allow']),
      payload: z.boolean(),
      access: z.enum(['authenticated', 'anonymous']),
    }),
  ),
  documentation: z
    .record(
      permalink,
      z.object({
        name: z.string(),
        description: z.string().optional(),
        response_schema: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default({}),
})

const timeoutMs = 30_000

/**
 * Asks a running proxy for the manifest of a session, with what its definitions say; without a token, of anonymous
 * callers.
 *
 * @throws CommandError, never with the token in it
 */
export async function fetchManifest(base: string, token: string | undefined): Promise<DocumentedManifest> {
  if (!URL.canParse(base) || !/^https?:/i.test(base)) throw new CommandError('--url must be an http(s) URL.')
  if (token !== undefined && !/^[\w.~+/-]+=*$/.test(token)) {
    throw new CommandError('The session token is not one: letters, digits and .~+/-_= alone.')
  }
  const url = new URL('connectors/manifest', base.replace(/\/*$/, '/'))
  url.searchParams.set('documentation', '')
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  try {
    // A redirect could carry the token elsewhere.
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) {
      const code = response.headers.get('x-connector-error') ?? 'not a Sluice proxy?'
      throw new CommandError(`The proxy answered ${response.status} (${code}).`)
    }
    return manifestSchema.parse(await response.json()) as DocumentedManifest
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError('The proxy did not answer with a manifest.', { cause })
  }
}
