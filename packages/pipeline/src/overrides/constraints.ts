import type { Constraints, ManifestConstraints } from '@sluice/connector-schema'
import { RE2JS } from 're2js'

/** What a constraint check needs to know beyond the value. */
export interface OverrideCheck {
  /** Whether the key may be sent more than once. */
  readonly multiple: boolean
  /** Roles of which the caller needs one; `undefined`: anybody. */
  readonly roles: readonly string[] | undefined
  /** The rule that a value breaks, by its name in `constraints`, or `undefined`. */
  readonly brokenRule: (value: string) => keyof Constraints | undefined
}

type Rule = readonly [name: keyof Constraints, holds: (value: string) => boolean]

/** Compiles a row's constraints once, so that a call only runs them. */
export function compileConstraints(
  constraints: ManifestConstraints & Pick<Constraints, 'roles'>,
): OverrideCheck {
  const rules = [...typeRules(constraints), ...textRules(constraints), ...numberRules(constraints)]
  return {
    multiple: constraints.multiple === true,
    roles: constraints.roles,
    brokenRule: (value) => rules.find(([, holds]) => !holds(value))?.[0],
  }
}

const integer = /^-?(?:0|[1-9][0-9]{0,15})$/
const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$/

function typeRules({ type }: ManifestConstraints): Rule[] {
  switch (type) {
    case 'integer':
      return [['type', (value) => integer.test(value) && Number.isSafeInteger(Number(value))]]
    case 'number':
      return [['type', (value) => number.test(value) && Number.isFinite(Number(value))]]
    case 'boolean':
      return [['type', (value) => value === 'true' || value === 'false']]
    default:
      return []
  }
}

function textRules({ enum: choices, pattern, min_length, max_length }: ManifestConstraints): Rule[] {
  const rules: Rule[] = []
  if (choices !== undefined) {
    const allowed = new Set(choices.map(String))
    rules.push(['enum', (value) => allowed.has(value)])
  }
  if (min_length !== undefined) rules.push(['min_length', (value) => lengthOf(value) >= min_length])
  if (max_length !== undefined) rules.push(['max_length', (value) => lengthOf(value) <= max_length])
  if (pattern !== undefined) {
    // RE2 runs in linear time: no value can make a pattern blow up.
    const compiled = RE2JS.compile(pattern)
    rules.push(['pattern', (value) => compiled.matches(value)])
  }
  return rules
}

function numberRules({ minimum, maximum }: ManifestConstraints): Rule[] {
  const rules: Rule[] = []
  if (minimum !== undefined) rules.push(['minimum', (value) => Number(value) >= minimum])
  if (maximum !== undefined) rules.push(['maximum', (value) => Number(value) <= maximum])
  return rules
}

/** In characters (Unicode code points), as JSON Schema counts. */
function lengthOf(value: string): number {
  let length = 0
  for (const _ of value) length++
  return length
}
