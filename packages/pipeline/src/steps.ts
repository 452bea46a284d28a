import type { Answer, Call, Finished } from './exchange.ts'
import type { Ports } from './ports.ts'
import type { Part } from './timings.ts'

/** One stage in the list, and the part of the timings that it counts for. */
export interface Step<In, Out> {
  readonly part: Part
  readonly run: (input: In, ports: Ports) => Out | Finished | Promise<Out | Finished>
}

/** Names the part of the timings that a stage counts for. */
export function step<In, Out>(part: Part, run: Step<In, Out>['run']): Step<In, Out> {
  return { part, run }
}

/** Stages in an order in which each takes what the one before gives: another order does not compile. */
export function inOrder<A, B, C, D, E, F, G, H, I, J>(
  ...steps: [
    Step<Call, A>,
    Step<A, B>,
    Step<B, C>,
    Step<C, D>,
    Step<D, E>,
    Step<E, F>,
    Step<F, G>,
    Step<G, H>,
    Step<H, I>,
    Step<I, J>,
    Step<J, Answer>,
  ]
): readonly Step<unknown, unknown>[] {
  return steps as readonly Step<never, unknown>[] as readonly Step<unknown, unknown>[]
}
