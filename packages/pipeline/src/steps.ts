import type { Stage } from '@sluice/connector-schema'
import type { Answer, Call, Finished } from './exchange.ts'
import type { Ports } from './ports.ts'
import type { Part } from './timings.ts'

/** The stages by name: those of problems, and what stands between them. */
export type StepName = Exclude<Stage, 'admission'> | 'keep-secrets-in' | 'keep-secrets-in-still' | 'store'

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
