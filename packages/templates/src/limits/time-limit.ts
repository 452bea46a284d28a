import { outOfTime } from './budget.ts'

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
export function createTimeLimit(limitMs: number): TimeLimit {
  const halfMs = limitMs / 2
  const suspectAt = performance.now() + halfMs
  let workedBefore: number | undefined
  return {
    check(now) {
      if (now <= suspectAt) return
      const workedMs = workedSoFarMs()
      workedBefore ??= workedMs
      if (workedMs - workedBefore > halfMs) throw outOfTime()
    },
  }
}

function workedSoFarMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
