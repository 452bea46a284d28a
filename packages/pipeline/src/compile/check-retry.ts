import { type ConnectorDefinition, hasPayload } from '@sluice/connector-schema'
import { isIdempotent } from '../sending/retry.ts'
import type { DefinitionReport } from './definition-report.ts'

/** Warns of a `retry` that never happens: its author relies on it. */
export function checkRetry(definition: ConnectorDefinition, report: DefinitionReport): void {
  const { method, retry, request_body: template } = definition
  if (retry.attempts === 0) return
  if (!isIdempotent(method)) {
    const message = `A ${method} is never sent again: it is not idempotent. Take \`retry\` out.`
    report.warning('retry', 'NEVER_RETRIED', message)
  } else if (hasPayload(method) && template === '') {
    const message =
      'A call whose payload passes through is retried only where the payload announces its length and has at most ' +
      '64 KiB. Write `request_body`, or take `retry` out.'
    report.warning('retry', 'NOT_ALWAYS_RETRIED', message)
  }
}
