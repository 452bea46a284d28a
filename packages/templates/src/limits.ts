/** What one template may cost (spec: "Limits"). */
export const limits = {
  /** UTF-8 bytes. */
  sourceBytes: 64 * 1024,
  /** Tags inside tags, and brackets inside brackets: both engines are recursive. */
  nesting: 100,
  /** UTF-8 bytes of what one render gives. */
  outputBytes: 10 * 1024 * 1024,
  /** The engine's own count of characters and items that filters and captures allocate. */
  memoryUnits: 32 * 1024 * 1024,
  /** Milliseconds; the engine looks at the clock between nodes, so a single filter can pass it by some. */
  renderMs: 50,
} as const
