import { createRefuse, isRecord, ownValue, type Refuse, readOptions, tagOf } from './options.ts'
import { type Overrides, readOverrides } from './overrides.ts'
import { type OutgoingBody, toBody } from './payload.ts'
import type { Manifest, ResponseAs } from './types.ts'

interface Options {
  readonly query?: object
  readonly headers?: object
  readonly path?: object
  readonly payload?: OutgoingBody
  readonly as?: ResponseAs
  readonly signal?: AbortSignal
  /** Milliseconds. */
  readonly timeout?: number
  readonly retry?: number
}

/** A call that its connector permits; only what stands here is sent. */
export interface CheckedCall extends Overrides, Pick<Options, 'as' | 'signal' | 'payload'> {
  readonly permalink: string
  readonly method: string
  /** Milliseconds. */
  readonly timeout: number
  /** How many further attempts may be made. */
  readonly retry: number
}

const toRecord = (value: unknown) => isRecord(value) && value

const readers = {
  query: toRecord,
  headers: toRecord,
  path: toRecord,
  payload: toBody,
  as: (value: unknown) => /^(json|text|blob|arrayBuffer|stream|response)$/.test(`${value}`) && value,
  signal: (value: unknown) => tagOf(value) === 'AbortSignal' && value,
  // A browser's timer counts in 31 bits.
  timeout: (value: unknown) => (value as number) > 0 && (value as number) < 2 ** 31 && value,
  retry: (value: unknown) => (value as number) >>> 0 === value && value,
}

/**
 * Checks a call against the manifest (G3), so that a widget's author sees a mistake at once and by name. The
 * proxy enforces the same, and alone where there is no manifest.
 *
 * @throws ConnectorBoundaryError
 */
export function checkCall(manifest: Manifest | undefined, permalink: string, input: unknown): CheckedCall {
  const refuse: Refuse = createRefuse(permalink)
  const connector = ownValue(manifest?.connectors, permalink)
  // Without a manifest the proxy knows; but other text, as `..`, would change the path.
  if ((manifest && !connector) || !/^[a-z0-9-]+$/.test(permalink)) {
    refuse('UNKNOWN_CONNECTOR', '')
  }
  const options: Options = readOptions(input ?? {}, readers, refuse)
  const { payload } = options
  if (payload && connector?.payload === false) refuse('PAYLOAD_NOT_PERMITTED', connector.method)
  return {
    timeout: 30_000,
    retry: 2,
    method: connector?.method ?? (payload ? 'POST' : 'GET'),
    ...options,
    ...readOverrides(options, connector, refuse),
    permalink,
  }
}
