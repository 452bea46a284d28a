import { ProblemError, type Stage } from '@sluice/connector-schema'
import { TemplateRenderError } from '@sluice/templates'

/** Runs one rendering; its failure becomes a problem that names the field, line and column. */
export function renderField(field: string, stage: Stage, render: () => string): string {
  try {
    return render()
  } catch (error) {
    throw renderProblem(field, stage, error)
  }
}

/** The problem of a failed render; what is no such failure stays as it is. */
export function renderProblem(field: string, stage: Stage, error: unknown): unknown {
  if (!(error instanceof TemplateRenderError)) return error
  const detail = `${field}, line ${error.line}, column ${error.column}: ${error.message}`
  if (error.reason === 'host')
    return new ProblemError('DESTINATION_NOT_ALLOWED', { detail, stage, cause: error })
  if (error.reason === 'payload') return payloadProblem(error, stage)
  return new ProblemError('TEMPLATE_RENDERING_FAILED', { detail, stage, params: [field], cause: error })
}

/** The caller's mistake, told in the caller's own terms. */
function payloadProblem(error: TemplateRenderError, stage: Stage): ProblemError {
  const errors = error.pointers.map((pointer) => ({ pointer, detail: 'This key is there twice.' }))
  return new ProblemError('INVALID_PAYLOAD', { detail: error.message, stage, errors, cause: error })
}
