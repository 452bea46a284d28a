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
