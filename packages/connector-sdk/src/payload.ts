import { tagOf } from './options.ts'

/** A payload as `fetch` takes it. */
export interface OutgoingBody {
  readonly body: BodyInit
  /** The content type, where `fetch` does not know it. */
  readonly type?: string
  /** A stream is gone once it was sent. */
  readonly isOnce?: boolean
}

/**
 * Writes a payload as a body: JSON, unless `fetch` itself knows how to send it.
 *
 * @returns nothing for a stream that cannot be sent, and for a function, which is no JSON
 * @throws TypeError as `JSON.stringify` does
 */
export function toBody(payload: unknown): OutgoingBody | false | undefined {
  const tag = tagOf(payload)
  const body = payload as BodyInit
  if (tag === 'ReadableStream')
    // A browser that cannot send streams would send the text "[object ReadableStream]" instead.
    return !(body as ReadableStream).locked && 'duplex' in Request.prototype && { body, isOnce: true }
  if (/^(String|Blob|File|FormData|URLSearchParams|ArrayBuffer|DataView|.+Array)$/.test(tag)) return { body }
  const json = JSON.stringify(payload) as string | undefined
  return json !== undefined && { body: json, type: 'application/json' }
}
