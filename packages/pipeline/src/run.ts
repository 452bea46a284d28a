/**
 * The pipeline: the order of the stages as one list. The order is the product's promise: refusals come before
 * secrets, secrets before anything is sent, and a stored answer before the API.
 */
import { ProblemError } from '@sluice/connector-schema'
import { withCondition } from './answering/conditional.ts'
import { type Answer, type Call, Finished } from './exchange.ts'
import type { Ports } from './ports.ts'
import { merge } from './stages/1-merge.ts'
import { resolveVariables } from './stages/2-resolve-variables.ts'
import { injectSecrets } from './stages/3-inject-secrets.ts'
import { authenticate } from './stages/4-authenticate.ts'
import { transformRequest } from './stages/5-transform-request.ts'
import { lookUpCache } from './stages/6-look-up-cache.ts'
import { transformResponse } from './stages/7-transform-response.ts'
import { keepSecretsIn, keepSecretsInStill } from './stages/keep-secrets-in.ts'
import { send } from './stages/send.ts'
import { store } from './stages/store.ts'
import { inOrder, type StepName, step } from './steps.ts'
import { type Part, type Timings, timer } from './timings.ts'

const pipeline = inOrder(
  step('setup', 'merge', merge), //             what the caller may not change is refused before anything is read
  step('setup', 'resolve-variables', resolveVariables), // templates without secrets: session, stored variables
  step('auth', 'inject-secrets', injectSecrets), // only now is a secret read, and rendered once
  step('auth', 'authenticate', authenticate), // the credential is planned; its cost waits for the send
  step('transform', 'transform-request', transformRequest), // the body, and the request as the API will see it
  step('cache', 'look-up-cache', lookUpCache), // a fresh stored answer ends the exchange: nothing is sent
  step('external', 'send', send), //            the only step from which anything leaves
  step('transform', 'keep-secrets-in', keepSecretsIn), // an API that repeats what it was sent is not passed on
  step('transform', 'transform-response', transformResponse), // never sees a secret
  step('transform', 'keep-secrets-in-still', keepSecretsInStill), // nor may a template piece one together
  step('cache', 'store', store),
)

/** How an exchange ended, and how long each part took. */
export type Outcome =
  | { readonly answer: Answer; readonly timings: Timings }
  | { readonly problem: ProblemError; readonly timings: Timings }

/**
 * Watches an exchange: gets what a stage gave and how long it took, and gives what the next one shall take: the
 * same, or for a body that was read, one that can be read again.
 */
export type Observer = (name: StepName, value: unknown, ms: number) => unknown

/** Runs one admitted call through the pipeline. Never rejects. */
export async function runExchange(call: Call, ports: Ports, observe?: Observer): Promise<Outcome> {
  const time = timer(ports.clock)
  let current: Part = 'setup'
  try {
    let value: unknown = call
    for (const { part, name, run } of pipeline) {
      current = part
      const result = run(value, ports)
      value = result instanceof Promise ? await result : result
      const ms = time.took(part)
      if (observe !== undefined) value = await observe(name, value, ms)
      if (value instanceof Finished) break
    }
    const answer = value instanceof Finished ? value.answer : (value as Answer)
    return { answer: withCondition(answer, call), timings: time.timings() }
  } catch (error) {
    time.took(current)
    return { problem: asProblem(error, call), timings: time.timings() }
  }
}

/** A failure that no stage foresaw is ours: its reason goes to our log, not to the caller. */
function asProblem(error: unknown, { signal }: Call): ProblemError {
  if (error instanceof ProblemError) return error
  if (signal.aborted && signal.reason instanceof ProblemError) return signal.reason
  const detail = 'The proxy failed to run this call; the request id leads to the reason in its log'
  return new ProblemError('INTERNAL_ERROR', { detail, cause: error })
}
