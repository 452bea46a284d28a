import type { WirePairs } from '@sluice/connector-schema/wire'
import { brokenRule } from './check-value.ts'
import { findName, ownValue, type Refuse, suggest } from './options.ts'
import type { ManifestConnector, ManifestConstraints } from './types.ts'

/** The overrides of a call by the option that held them, checked and written out. */
export interface Overrides {
  readonly query: WirePairs
  readonly headers: WirePairs
  readonly path: WirePairs
}

type ConstraintsByPlace = Partial<Record<keyof Overrides, Readonly<Record<string, ManifestConstraints>>>>

/**
 * Reads the options `query`, `headers` and `path`; without a connector every key is permitted.
 *
 * @throws ConnectorBoundaryError
 */
export function readOverrides(
  options: Partial<Record<keyof Overrides, object>>,
  connector: ManifestConnector | undefined,
  refuse: Refuse,
): Overrides {
  // Paths have no constraints.
  const constraints: ConstraintsByPlace = { ...connector?.constraints }
  const read = (place: keyof Overrides) => {
    const listed: string[] = Object.values<string | readonly string[]>({ ...connector?.[place] }).flat()
    const isOpen = !connector || (place === 'query' && connector.unlisted_parameters === 'allow')
    return Object.entries({ ...options[place] }).flatMap(([name, value]) => {
      // RFC 9110 §5.1: header names are the same whatever their case.
      const isPermitted = isOpen || listed.includes(name)
      const key = isPermitted ? name : place === 'headers' && findName(name, listed)
      if (!key) return refuse('OVERRIDE_NOT_PERMITTED', `${place}.${name}${suggest(name, listed)}`, [name])
      const rules = ownValue(constraints[place], key)
      return [value].flat().flatMap((item) => {
        // It leaves a key out.
        if (item === undefined) return []
        const rule = brokenRule(item, rules)
        if (rule) refuse('INVALID_OVERRIDE', `${place}.${key}: ${rule}`, [{ key, rule }])
        return [[key, `${item}`] as const]
      })
    })
  }
  const overrides = { query: read('query'), headers: read('headers'), path: read('path') }
  const missing = connector?.path.required.filter((key) => !overrides.path.some(([sent]) => sent === key))
  if (missing?.length) refuse('MISSING_PATH_PARAMETERS', missing.join(), missing)
  return overrides
}
