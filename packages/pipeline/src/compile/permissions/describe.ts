import { toText } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import { amountText } from './compare.ts'
import { permissionsOf } from './compare-connectors.ts'
import type { Permissions } from './grant.ts'

/** What is let happen, by code; each list in order, so that equal permissions are equal text. */
export type PermissionDescription = Readonly<Record<string, readonly string[]>>

/** What each connector lets happen now, by permalink: the content of `sluice.permissions.json`. */
export function describeConnectors(
  connectors: readonly CompiledConnector[],
): Readonly<Record<string, PermissionDescription>> {
  const entries = connectors.map(
    (connector) => [connector.permalink, describe(permissionsOf(connector))] as const,
  )
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The same for any permissions. */
export function describe({ grants, texts }: Permissions): PermissionDescription {
  const lines = [
    ...grants.map(({ code, subject, amount }) => {
      const shown = amount === undefined ? undefined : amountText(amount)
      return { code, line: shown === undefined ? toText(subject) : `${toText(subject)}: ${shown}` }
    }),
    ...texts.filter(({ isShort }) => isShort === true).map(({ code, value }) => ({ code, line: value })),
  ]
  const byCode = Map.groupBy(lines, ({ code }) => code)
  return Object.fromEntries(
    [...byCode.keys()]
      .sort()
      .map((code) => [code, [...new Set((byCode.get(code) ?? []).map(({ line }) => line))].sort()]),
  )
}
