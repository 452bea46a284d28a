/** What one counter says. */
export interface CallCount {
  /** Calls in the window, this one included. */
  readonly calls: number
  /** Until the window ends. */
  readonly leftMs: number
}

/** A counter: its tenant, what it counts, and how long its window is. */
export interface CounterName {
  readonly tenantId: string
  readonly key: string
  readonly seconds: number
}

/** Counts calls in windows. A counter that is forgotten begins a window. Neither function rejects. */
export interface CallCounters {
  add(counter: CounterName): Promise<CallCount>
  /** Takes back a call that was refused after all. */
  takeBack(counter: CounterName): Promise<void>
}
