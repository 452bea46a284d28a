import type {
  Answer,
  Authenticated,
  Merged,
  Missed,
  Prepared,
  Received,
  Resolved,
  WithSecrets,
} from '../steps/exchange.ts'
import { Finished } from '../steps/exchange.ts'
import type { StepName } from '../steps/in-order.ts'

/** What the stages of one exchange gave, as far as it came. */
export interface Seen {
  merged?: Merged
  resolved?: Resolved
  withSecrets?: WithSecrets
  authenticated?: Authenticated
  prepared?: Prepared
  missed?: Missed
  hit?: Answer
  received?: Received
  answer?: Answer
}

/** Notes what a stage gave. */
export function note(seen: Seen, name: StepName, value: unknown): void {
  if (value instanceof Finished) {
    seen.hit = value.answer
    return
  }
  const field = fields[name]
  if (field !== undefined) Object.assign(seen, { [field]: value })
}

const fields: Partial<Record<StepName, keyof Seen>> = {
  merge: 'merged',
  'resolve-variables': 'resolved',
  'inject-secrets': 'withSecrets',
  authenticate: 'authenticated',
  'transform-request': 'prepared',
  'look-up-cache': 'missed',
  'scan-upstream-response': 'received',
  store: 'answer',
}
