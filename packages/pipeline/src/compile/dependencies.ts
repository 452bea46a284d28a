import type { Uses } from '@sluice/templates'

/** What a connector can depend on: the union of what its templates name (conservative, spec: static analysis). */
export interface Dependencies {
  readonly secrets: readonly string[]
  /** Variable names; `true` where at least one use has no `| default:`. */
  readonly variables: ReadonlyMap<string, boolean>
  /** Session values that request or response can depend on, e.g. `user.email`; sorted. */
  readonly sessionValues: readonly string[]
  /** Whether `user.*` is named anywhere: what is stored is then the user's own. */
  readonly user: boolean
  /** Whether one has no `| default:` directly after it: an anonymous call is then 401 whatever `access` says. */
  readonly needsUser: boolean
  /** Whether anything depends on the time: the next request is then another one. */
  readonly time: boolean
  /** Whether the response template depends on the time: such an answer is not stored. */
  readonly timeInResponse: boolean
}

/** Joins the uses of a connector's templates. */
export function dependenciesOf(uses: {
  readonly request: readonly Uses[]
  readonly response: readonly Uses[]
}): Dependencies {
  const all = [...uses.request, ...uses.response]
  const variables = new Map<string, boolean>()
  for (const { variables: named } of all) {
    for (const [name, { required }] of named) variables.set(name, required || variables.get(name) === true)
  }
  const sessionValues = [...new Set(all.flatMap((one) => [...one.session]))].sort()
  return {
    secrets: [...new Set(all.flatMap((one) => [...one.secrets]))],
    variables,
    sessionValues,
    user: sessionValues.some((name) => name !== 'tenant_id'),
    needsUser: all.some((one) => one.needsUser),
    time: all.some((one) => one.time),
    timeInResponse: uses.response.some((one) => one.time),
  }
}
