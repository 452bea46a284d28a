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
  const constraints: ConstraintsByPlace | undefined = connector?.constraints
  const read = (place: keyof Overrides) => {
    const listed: string[] = Object.values<string | readonly string[]>(connector?.[place] ?? {}).flat()
    const isOpen = !connector || (place === 'query' && connector.unlisted_parameters === 'allow')
    const seen = new Set<string>()
    return Object.entries(options[place] ?? {}).flatMap(([name, value]) => {
      // RFC 9110 §5.1: header names are the same whatever their case.
      const spelled = place === 'headers' ? findName(name, listed) : listed.find((other) => other === name)
      const key = spelled ?? (isOpen && name)
      if (!key) return refuse('OVERRIDE_NOT_PERMITTED', `${place}.${name}${suggest(name, listed)}`, [name])
      // Only a query key may repeat, and one with constraints only where they say so (spec: "The wire").
      const rules = ownValue(constraints?.[place], key) ?? { multiple: place === 'query' }
      // `undefined` leaves a key out.
      const values = [value].flat().filter((item) => item !== undefined)
      const rule = seen.has(key)
        ? 'duplicate'
        : values.length > 1 && !rules.multiple
          ? 'multiple'
          : values.map((item) => brokenRule(item, rules)).find(Boolean)
      if (rule) refuse('INVALID_OVERRIDE', `${place}.${key} breaks ${rule}`, [{ key, rule }])
      seen.add(key)
      return values.map((item) => [key, String(item)] as const)
    })
  }
  const overrides = { query: read('query'), headers: read('headers'), path: read('path') }
  const missing = connector?.path.required.filter((key) => !overrides.path.some(([sent]) => sent === key))
  if (missing?.length) refuse('MISSING_PATH_PARAMETERS', missing.join(), missing)
  return overrides
}
