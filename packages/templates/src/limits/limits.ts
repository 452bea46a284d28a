/** What one render may cost. The same template may cost more where nobody waits for it (`isolated`). */
export interface RenderBudget {
  /** Milliseconds; the engine looks at the clock between nodes, so a single filter can pass it by some. */
  readonly renderMs: number
  /** The engine's own count of characters and items that filters and captures allocate. */
  readonly memoryUnits: number
  /** Items that filters visit, each weighed by its cost (`filter-work.ts`): charged before a filter runs. */
  readonly workUnits: number
  /** UTF-8 bytes of what one render gives. */
  readonly outputBytes: number
}

/** What one template may cost (spec: "Limits"). */
export const limits = {
  /** UTF-8 bytes. */
  sourceBytes: 64 * 1024,
  /** Outputs and tags; the end of a block counts with its begin. */
  markers: 1000,
  /** Errors that are told of one template; the rest once these are mended. */
  failures: 100,
  /** Steps over literal text and tags, of all ways through a template: a loop is looked at more than once. */
  positionSteps: 400_000,
  /** Brackets inside brackets of a JSON template, and characters of one of its numbers. */
  jsonNesting: 256,
  /** Tags inside tags, and brackets inside brackets: walks of the tree are recursive. */
  nesting: 100,
  /** UTF-8 bytes of a payload or an answer that is rendered in the server's own thread. */
  inProcessInputBytes: 256 * 1024,
  /** In the server's own thread: every other call waits meanwhile. */
  inProcess: {
    renderMs: 50,
    memoryUnits: 4 * 1024 * 1024,
    workUnits: 200_000,
    // What a JSON body is checked for in the end takes about 60 ms a MiB, where its keys are computed.
    outputBytes: 1024 * 1024,
  },
  /** In a process of its own, which is killed at its deadline, whatever it is doing. */
  isolated: {
    renderMs: 900,
    memoryUnits: 32 * 1024 * 1024,
    workUnits: Number.POSITIVE_INFINITY,
    outputBytes: 10 * 1024 * 1024,
  },
  /** Milliseconds of a worker for one render, its input's way into the worker included. */
  isolatedDeadlineMs: 1000,
} as const satisfies Readonly<Record<string, number | RenderBudget>>
