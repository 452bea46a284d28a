import { ExactNumber } from './exact-number.ts'
import { isRecord } from './lists.ts'

/** One property of a value, by a name or an index that a template has: its own only, nothing that is inherited. */
export function readProperty(holder: unknown, key: string | number): unknown {
  if (holder === undefined || holder === null) return holder
  if (Array.isArray(holder) && typeof key === 'number') return holder[key < 0 ? holder.length + key : key]
  if (Object.hasOwn(holder, key)) {
    const value = (holder as Readonly<Record<string, unknown>>)[key]
    return typeof value === 'function' ? undefined : value
  }
  switch (key) {
    case 'size':
      return sizeOf(holder)
    case 'first':
      return Array.isArray(holder) ? holder[0] : undefined
    case 'last':
      return Array.isArray(holder) ? holder.at(-1) : undefined
    default:
      return undefined
  }
}

/** The same by a value that is only known when rendering; what is no name and no index finds nothing. */
export function readComputed(holder: unknown, key: unknown): unknown {
  if (holder === undefined || holder === null) return holder
  if (typeof key === 'string' || typeof key === 'number') return readProperty(holder, key)
  if (typeof key === 'boolean') return readProperty(holder, String(key))
  if (!(key instanceof ExactNumber)) return undefined
  return readProperty(holder, Array.isArray(holder) ? key.valueOf() : key.toString())
}

function sizeOf(holder: unknown): number | undefined {
  if (typeof holder === 'string' || Array.isArray(holder)) return holder.length
  return isRecord(holder) ? Object.keys(holder).length : undefined
}
