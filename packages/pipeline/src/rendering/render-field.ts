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
  return new ProblemError('TEMPLATE_RENDERING_FAILED', { detail, stage, params: [field], cause: error })
}
