import type { DefinitionIssue } from './issue.ts'

/**
 * Fields of the contract whose behaviour this version does not have: refused by name, since a field that is accepted
 * and ignored would promise what does not happen.
 *
 * @param input - the definition as it was read
 */
export function checkNotBuilt(input: object): readonly DefinitionIssue[] {
  const limits = 'rate_limit' in input ? input.rate_limit : undefined
  const isList = Array.isArray(limits)
  return [limits].flat().flatMap((limit: unknown, index) => {
    if (typeof limit !== 'object' || limit === null || !Object.hasOwn(limit, 'cost')) return []
    const path = isList ? `rate_limit[${index}].cost` : 'rate_limit.cost'
    const message = 'This version does not know `cost`: limits count calls; remove it'
    return [{ path, code: 'NOT_SUPPORTED', message }]
  })
}
