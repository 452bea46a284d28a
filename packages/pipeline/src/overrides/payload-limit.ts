import { ProblemError } from '@sluice/connector-schema'

/** Longest payload where nobody says otherwise, in bytes. */
export const defaultPayloadBytes: number = 10 * 1024 * 1024

/** The problem of a payload over its limit. */
export function payloadTooLarge(limitBytes: number): ProblemError {
  const detail = `A payload may have at most ${limitBytes} bytes`
  return new ProblemError('PAYLOAD_TOO_LARGE', { detail })
}
