import type { Stage } from '@sluice/connector-schema'
import type { Ports } from '../ports/context.ts'
import type { Finished } from './exchange.ts'
import type { Part } from './timings.ts'

/** The stages by name: those of problems, and what stands between them. */
export type StepName =
  | Exclude<Stage, 'admission'>
  | 'place-answer'
  | 'scan-upstream-response'
  | 'revalidate'
  | 'scan-final-response'
  | 'store'

/** One stage in the list, its name, and the part of the timings that it counts for. */
export interface Step<In, Out> {
  readonly part: Part
  readonly name: StepName
  readonly run: (input: In, ports: Ports) => Out | Finished | Promise<Out | Finished>
}

/** Gives a stage its name and the part of the timings that it counts for. */
export function step<In, Out>(part: Part, name: StepName, run: Step<In, Out>['run']): Step<In, Out> {
  return { part, name, run }
}

/** Stages in an order in which each takes what the one before gives: another order does not compile. */
export interface Steps<First, Last> {
  readonly list: readonly Step<unknown, unknown>[]
  /** Only for the compiler: what the first takes and the last gives. */
  readonly ends?: (first: First) => Last
}

export function inOrder<First, A, B, C, D, E, Last>(
  ...steps: [Step<First, A>, Step<A, B>, Step<B, C>, Step<C, D>, Step<D, E>, Step<E, Last>]
): Steps<First, Last>
export function inOrder<First, Last>(only: Step<First, Last>): Steps<First, Last>
export function inOrder(...steps: Step<never, unknown>[]): Steps<never, unknown> {
  return { list: steps as readonly Step<never, unknown>[] as readonly Step<unknown, unknown>[] }
}
