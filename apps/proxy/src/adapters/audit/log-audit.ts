import type { Logger } from '@sluice/pipeline'
import type { AuditTrail } from '../../ports/audit-trail.ts'

/** Writes the audit trail into the log, each line marked with `audit: true`. */
export function createLogAudit(logger: Logger): AuditTrail {
  return { record: (entry) => logger.warn({ audit: true, ...entry }, 'audit') }
}
