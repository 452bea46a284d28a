import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** What Acme says when it refuses: one shape for every error, so that a client needs one branch. */
export interface Refusal {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly message: string
  /** Which field of the payload or which query parameter is wrong, and why. */
  readonly fields?: Readonly<Record<string, string>>
}

/** Answers `{ "error": { code, message, fields? } }`. */
export function refuse(c: Context, { status, ...error }: Refusal): Response {
  return c.json({ error }, status)
}
