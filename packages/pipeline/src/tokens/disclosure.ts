/**
 * How the credentials of an exchange were made, for somebody who owns them: `sluice test` on one's own files. A server
 * gives no port for it, so that nothing of this reaches a caller, an administrator or a log.
 */

type JsonObject = Readonly<Record<string, unknown>>

/** What a JWT says; secrets in it are shown as their templates. */
export interface ShownJwt {
  readonly header: JsonObject
  readonly claims: JsonObject
}

/** One step on the way to a credential. */
export type Disclosure =
  | ({ readonly signed: 'token' | 'assertion' | 'client_assertion' } & ShownJwt)
  | {
      /** What the token endpoint responded; nothing of a token. */
      readonly exchanged: {
        readonly status: number
        readonly content_type: string | null
        readonly error: string | null
        readonly error_description: string | null
      }
    }

/** Takes what is disclosed, in the order in which it happened. */
export type Disclose = (disclosure: Disclosure) => void
