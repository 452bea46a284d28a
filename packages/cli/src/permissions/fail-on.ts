import { grantKinds, opaqueKinds, type PermissionFact } from '@sluice/connector-schema/permissions'
import { InvalidArgumentError } from 'commander'

/** Facts for which a command fails. */
export interface FailOn {
  readonly what: 'wider' | 'breaking'
  /** Only facts with one of these codes; all where it is empty. */
  readonly codes: readonly string[]
}

const knownCodes = new Set([...Object.keys(grantKinds), ...Object.keys(opaqueKinds), 'UNEXPLAINED'])

/** Reads `wider` or `breaking`, each with `:CODE,CODE`; adds it to those that were given before. */
export function parseFailOn(text: string, before: readonly FailOn[] = []): readonly FailOn[] {
  const [what = '', list] = text.split(':')
  if (what !== 'wider' && what !== 'breaking') {
    throw new InvalidArgumentError(
      'It must be wider or breaking, with codes after a colon: wider:SECRET,ORIGIN.',
    )
  }
  const codes = list === undefined ? [] : list.split(',').map((code) => code.trim())
  const unknown = codes.find((code) => !knownCodes.has(code))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`There is no code ${unknown}; docs/reference-permissions.md lists them.`)
  }
  return [...before, { what, codes }]
}

/** The facts that make a command fail. */
export function failing(
  facts: readonly PermissionFact[],
  failOn: readonly FailOn[],
): readonly PermissionFact[] {
  return facts.filter((fact) =>
    failOn.some(
      ({ what, codes }) =>
        (what === 'wider' ? fact.direction === 'wider' : fact.breaks_callers) &&
        (codes.length === 0 || codes.includes(fact.code)),
    ),
  )
}
