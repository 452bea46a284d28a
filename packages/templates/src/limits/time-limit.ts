import { outOfTime } from './budget.ts'

/** Tells how long this thread really ran. */
export interface ThreadClock {
  /** Milliseconds of CPU time since some moment. */
  threadMs(): number
}

/** Asked between the parts of a render, with the time of `performance.now()`. */
export interface TimeLimit {
  /** @throws RenderFailure */
  check(now: number): void
}

/**
 * Ends a render that works for too long. A machine that pauses is no fault of the template: once half of the time
 * has gone by, the other half counts only while this thread really runs.
 *
 * @param limitMs - of work; met at the latest after as much
 */
export function createTimeLimit(limitMs: number, { threadMs }: ThreadClock): TimeLimit {
  const halfMs = limitMs / 2
  const suspectAt = performance.now() + halfMs
  let workedBefore: number | undefined
  return {
    check(now) {
      if (now <= suspectAt) return
      const workedMs = threadMs()
      workedBefore ??= workedMs
      if (workedMs - workedBefore > halfMs) throw outOfTime()
    },
  }
}
