import { ProblemError } from '@sluice/connector-schema'

/** Whether the process takes calls. */
export interface Lifecycle {
  isShuttingDown(): boolean
  /** From here on the process is not ready and refuses calls; those in flight go on. */
  beginShutdown(): void
}

export function createLifecycle(): Lifecycle {
  let shuttingDown = false
  return {
    isShuttingDown: () => shuttingDown,
    beginShutdown() {
      shuttingDown = true
    },
  }
}

/** What a call gets that comes, or is cut short, while the process ends. */
export function shuttingDown(): ProblemError {
  return new ProblemError('SHUTTING_DOWN', {
    detail: 'This proxy is shutting down; another one will answer.',
    headers: { 'retry-after': '1' },
  })
}
