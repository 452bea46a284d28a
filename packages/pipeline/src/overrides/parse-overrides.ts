import { decodePairs, maxParamsHeaderLength, ProblemError, type WirePairs } from '@sluice/connector-schema'

/**
 * The query overrides of a raw request target: a parsed URL would have repaired what has to be refused.
 *
 * @throws ProblemError `INVALID_REQUEST`
 */
export function readQueryOverrides(target: string): WirePairs {
  const start = target.indexOf('?')
  if (start === -1) return []
  const pairs = decode(target.slice(start + 1))
  if (pairs === undefined) {
    const detail = 'The query string is not well-formed: percent-encode it as UTF-8.'
    throw new ProblemError('INVALID_REQUEST', { detail })
  }
  return pairs
}

/**
 * The overrides in `X-Path-Params` or `X-Header-Params`.
 *
 * @throws ProblemError `INVALID_REQUEST`
 */
export function readHeaderOfOverrides(name: string, text: string | undefined): WirePairs {
  if (text === undefined) return []
  if (text.length > maxParamsHeaderLength) {
    const detail = `The header ${name} is longer than ${maxParamsHeaderLength} characters.`
    throw new ProblemError('INVALID_REQUEST', { detail, params: [name] })
  }
  const pairs = decode(text)
  if (pairs === undefined) {
    const detail = `The header ${name} is not well-formed: send it urlencoded, as UTF-8.`
    throw new ProblemError('INVALID_REQUEST', { detail, params: [name] })
  }
  return pairs
}

/** Bytes outside of visible ASCII have to arrive encoded: what they mean would be a guess. */
function decode(text: string): WirePairs | undefined {
  return /[^\x21-\x7e]/.test(text) ? undefined : decodePairs(text)
}
