import type { ServerResponse } from 'node:http'
import { type ProblemContext, problemResponse } from './problem-answer.ts'
import { cutConnection, writeWhole } from './write-response.ts'

/** Writes a failure as the response; where another has begun, the connection is cut. */
export function writeProblem(outgoing: ServerResponse, context: ProblemContext): void {
  if (!outgoing.headersSent) writeWhole(outgoing, problemResponse(context))
  // A second response amid the first would be read as part of its body.
  else if (!outgoing.writableFinished) cutConnection(outgoing)
}
