import type { ConnectorDefinition } from '@sluice/connector-schema'
import { type PermissionCode, type PermissionFact, words } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import { grantsToCallers } from './callers.ts'
import { canonicalDefinition } from './canonical.ts'
import { comparePermissions, noPermissions, unexplainedFact } from './compare.ts'
import { grantsToHosts } from './destinations.ts'
import { definitionFields } from './fields.ts'
import type { Permissions } from './grant.ts'
import { grantsOfLimits } from './limits.ts'
import { grantsToBrowsers } from './overrides.ts'
import { grantsOfResponses } from './responses.ts'
import { canonicalJson, textsOf } from './texts.ts'
import { grantsOfResponseParts, grantsOfValues } from './values.ts'

/** All that a connector lets happen. */
export function permissionsOf(connector: CompiledConnector): Permissions {
  return {
    grants: [
      ...grantsToCallers(connector),
      ...grantsToBrowsers(connector),
      ...grantsToHosts(connector),
      ...grantsOfValues(connector),
      ...grantsOfResponseParts(connector),
      ...grantsOfResponses(connector),
      ...grantsOfLimits(connector),
    ],
    texts: [...textsOf(connector)],
  }
}

/**
 * What a change of connectors lets happen that was not, and what no longer, in the order of their permalinks. A new
 * connector, and one that is gone, is one fact.
 */
export function compareConnectors(
  before: readonly CompiledConnector[],
  after: readonly CompiledConnector[],
): readonly PermissionFact[] {
  const [old, now] = [before, after].map((list) => new Map(list.map((one) => [one.permalink, one])))
  const permalinks = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort()
  return permalinks.flatMap((permalink) => {
    const [was, is] = [old?.get(permalink), now?.get(permalink)]
    if (was !== undefined && is !== undefined) return compareConnector(was, is)
    const exists: Permissions = {
      grants: [{ code: 'CONNECTOR', subject: words`${permalink}`, path: '' }],
      texts: [],
    }
    return was === undefined
      ? comparePermissions(permalink, noPermissions, exists)
      : comparePermissions(permalink, exists, noPermissions)
  })
}

function compareConnector(before: CompiledConnector, after: CompiledConnector): readonly PermissionFact[] {
  const facts = comparePermissions(after.permalink, permissionsOf(before), permissionsOf(after))
  const codes = new Set<PermissionCode>(facts.map(({ code }) => code))
  const unexplained = changedFields(before, after)
    .filter((field) => isUnexplained(definitionFields[field], codes))
    .map((field) => unexplainedFact(after.permalink, field))
  return [...facts, ...unexplained]
}

/** Fields whose values mean something else than before. */
function changedFields(
  before: CompiledConnector,
  after: CompiledConnector,
): readonly (keyof ConnectorDefinition)[] {
  const [old, now] = [canonicalDefinition(before), canonicalDefinition(after)]
  const fields = Object.keys(definitionFields) as (keyof ConnectorDefinition)[]
  return fields.filter((field) => canonicalJson(old[field]) !== canonicalJson(now[field]))
}

/** A field with no codes lets nothing happen; any other must be told by one of its own. */
function isUnexplained(fieldCodes: readonly PermissionCode[], told: ReadonlySet<PermissionCode>): boolean {
  return fieldCodes.length > 0 && !fieldCodes.some((code) => told.has(code))
}
