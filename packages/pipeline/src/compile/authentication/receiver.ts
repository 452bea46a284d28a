/** Fields that say who receives a credential: no caller may choose that (G4). */
import { ProblemError } from '@sluice/connector-schema'
import { type CompiledUrl, compileUrl, type Uses } from '@sluice/templates'
import { type MaskedText, plain } from '../../secrecy/masked-text.ts'
import type { DefinitionReport } from '../definition-report.ts'
import { reportDestination } from '../literal-destination.ts'
import { type AuthenticationContext, compileConfigField, configPath } from './config-field.ts'
import type { RenderFields } from './render-fields.ts'

/** Compiles `token_url`, which obeys every rule of `url`. */
export function compileTokenUrl(source: string, context: AuthenticationContext): CompiledUrl | undefined {
  const field = configPath('token_url')
  const url = compileReceiver(field, source, context)
  if (url !== undefined) reportDestination(field, url, context)
  return url
}

/** An `audience`: who shall accept an assertion or a token. */
export interface Audience {
  readonly uses: Uses
  render(fields: RenderFields): MaskedText
}

/** Compiles an `audience`: one that is a URL obeys every rule of `url`. */
export function compileAudience(source: string, context: AuthenticationContext): Audience | undefined {
  const field = configPath('audience')
  if (!isUrl(source)) return textAudience(field, source, context)
  const url = compileReceiver(field, source, context)
  if (url === undefined) return undefined
  // An audience is compared as text: a slash that nobody wrote would make it another.
  const isLiteral = !source.includes('{{') && !source.includes('{%')
  const addsSlash = !/^[^/]*\/\/[^/]*\//.test(source.replace(/\{\{.*?\}\}/gs, 'x'))
  return {
    uses: url.uses,
    render: (fields) => {
      if (isLiteral) return plain(source)
      const rendered = fields.url(field, url)
      return plain(addsSlash ? rendered.replace(/\/$/, '') : rendered)
    },
  }
}

function textAudience(
  field: string,
  source: string,
  { report }: AuthenticationContext,
): Audience | undefined {
  const template = compileConfigField({ field: 'audience', source, place: 'auth_text' }, report)
  if (template === undefined) return undefined
  refuseCallersChoice(field, template.uses, report)
  return {
    uses: template.uses,
    render: (fields) => {
      const audience = fields.text(field, template)
      if (template.uses.session.size > 0 && isUrl(audience.real)) throw chosenBySession(field)
      return audience
    },
  }
}

function compileReceiver(
  field: string,
  source: string,
  { report }: AuthenticationContext,
): CompiledUrl | undefined {
  const compilation = compileUrl(source, { pathParameters: report.pathParameters })
  report.addTemplate(field, compilation)
  if (compilation.url !== undefined) refuseCallersChoice(field, compilation.url.uses, report)
  return compilation.url
}

/** A path parameter is the caller's: even a path may name another realm of the same server. */
function refuseCallersChoice(field: string, { pathParams }: Uses, report: DefinitionReport): void {
  if (pathParams.size === 0) return
  const message = 'A path parameter may not choose who receives a credential: use the session or a variable'
  report.error(field, 'NOT_ALLOWED_HERE', message)
}

function isUrl(text: string): boolean {
  return /^\s*https?:/i.test(text)
}

function chosenBySession(field: string): ProblemError {
  const detail = `${field}: a value of the session may not choose a URL`
  return new ProblemError('TEMPLATE_RENDERING_FAILED', { detail, stage: 'authenticate', params: [field] })
}
