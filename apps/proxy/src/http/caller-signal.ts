import type { ServerResponse } from 'node:http'
import { ProblemError } from '@sluice/connector-schema'

/** What ends an exchange. */
export interface CallerSignal {
  /** Made when somebody first asks for it: an answer from the cache has no need of it. */
  readonly signal: AbortSignal
}

/**
 * A signal that ends an exchange: when the caller goes away before the answer is complete, or when the
 * exchange's time is over. Its reason is a problem. Time runs from now on.
 */
export function callerSignal(outgoing: ServerResponse, timeoutMs: number): CallerSignal {
  const startedMs = performance.now()
  let signal: AbortSignal | undefined
  return {
    get signal() {
      signal ??= watch(outgoing, { timeoutMs, leftMs: startedMs + timeoutMs - performance.now() })
      return signal
    },
  }
}

function watch(
  outgoing: ServerResponse,
  { timeoutMs, leftMs }: { readonly timeoutMs: number; readonly leftMs: number },
): AbortSignal {
  const controller = new AbortController()
  // Whoever left while the session was verified will never be heard of again.
  if (outgoing.destroyed) {
    controller.abort(callerGone())
    return controller.signal
  }
  const timer = setTimeout(() => controller.abort(timeOver(timeoutMs)), Math.max(0, leftMs))
  outgoing.once('close', () => {
    clearTimeout(timer)
    if (!outgoing.writableFinished) controller.abort(callerGone())
  })
  return controller.signal
}

function timeOver(timeoutMs: number): ProblemError {
  return new ProblemError('UPSTREAM_TIMEOUT', {
    detail: `The whole exchange took longer than ${timeoutMs} ms.`,
  })
}

/** Nobody is there to read it; it stands in the log. */
export function callerGone(): ProblemError {
  return new ProblemError('INVALID_REQUEST', {
    detail: 'The caller went away before the answer was complete.',
  })
}
