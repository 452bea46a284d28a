import { words } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import type { Grant, Rate } from './grant.ts'

const scopes = ['user', 'connector', 'tenant'] as const

/** How much may be called and sent. */
export function* grantsOfLimits({ definition }: CompiledConnector): Generator<Grant> {
  const { retry, timeout_ms: timeoutMs, rate_limit: rateLimit } = definition
  yield {
    code: 'RETRY',
    subject: words`attempts after the first`,
    path: 'retry.attempts',
    amount: { kind: 'number', value: retry.attempts, shown: String(retry.attempts) },
  }
  yield {
    code: 'TIMEOUT',
    subject: words`its time limit`,
    path: 'timeout_ms',
    amount: { kind: 'number', value: timeoutMs, shown: `${timeoutMs} ms` },
  }
  const limits = rateLimit === undefined ? [] : [rateLimit].flat()
  for (const scope of scopes) {
    const rates = limits
      .filter((limit) => limit.scope === scope)
      .map(({ requests, per_seconds: perSeconds }): Rate => ({ requests, perSeconds }))
    const subject = words`those that are counted per ${scope}`
    yield { code: 'CALL_RATE', subject, path: 'rate_limit', amount: { kind: 'rates', limits: rates } }
  }
}
