import { ProblemError } from '@sluice/connector-schema'

/** Why a caller is to blame: the cause of its problem, which the log shows. */
class CallerFault extends Error {
  override readonly name = 'CallerFault'
  readonly code: 'CALLER_GONE' | 'CALLER_TOO_SLOW'

  constructor(code: CallerFault['code']) {
    super('The caller ended the exchange.')
    this.code = code
  }
}

/** The caller is not there to read it; it is for the log. */
export function callerGone(): ProblemError {
  return new ProblemError('INVALID_REQUEST', {
    detail: 'The caller went away before the response was complete.',
    cause: new CallerFault('CALLER_GONE'),
  })
}

/** The caller read so slowly that it was cut; the API did nothing wrong. */
export function callerTooSlow(): ProblemError {
  return new ProblemError('INVALID_REQUEST', {
    detail: 'The caller read the response too slowly.',
    cause: new CallerFault('CALLER_TOO_SLOW'),
  })
}

/** Whether it was the caller who ended an exchange. */
export function isCallersFault(problem: ProblemError): boolean {
  return problem.cause instanceof CallerFault
}
