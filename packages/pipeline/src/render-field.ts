import { ProblemError, type Stage } from '@sluice/connector-schema'
import { TemplateRenderError } from '@sluice/templates'

/** Runs one rendering; its failure becomes a problem that names the field, line and column. */
export function renderField(field: string, stage: Stage, render: () => string): string {
  try {
    return render()
  } catch (error) {
    if (!(error instanceof TemplateRenderError)) throw error
    const detail = `${field}, line ${error.line}, column ${error.column}: ${error.message}`
    if (error.reason === 'host')
      throw new ProblemError('DESTINATION_NOT_ALLOWED', { detail, stage, cause: error })
    throw new ProblemError('TEMPLATE_RENDERING_FAILED', { detail, stage, params: [field], cause: error })
  }
}
