import type { Meter } from '../positions/escaping/escape.ts'

/** A filter as LiquidJS calls it. */
export type Handler = (
  this: { readonly context: { readonly memoryLimit: Meter } },
  value: unknown,
  ...args: unknown[]
) => unknown
