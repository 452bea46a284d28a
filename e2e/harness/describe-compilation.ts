import type { RegistryCompilation } from '@sluice/pipeline/compile'

/**
 * All that a compilation gives, as text: issues with their messages and places, and every fact of every connector.
 * What renders is left out: functions are equal to none.
 */
export function describe(compilation: RegistryCompilation): string {
  return JSON.stringify(compilation, (_, value: unknown) => {
    if (value instanceof Map) return { map: [...value] }
    if (value instanceof Set) return { set: [...value] }
    return value
  })
}
