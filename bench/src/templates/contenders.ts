import { type CompiledTemplate, compileTemplate, compileUrl, type TemplateValues } from '@sluice/templates'
import { Liquid } from 'liquidjs'
import nunjucks from 'nunjucks'
import { type Shape, templateValues, type Values, values } from './shapes.ts'

export type ContenderName = 'by hand' | 'nunjucks' | 'LiquidJS' | 'Sluice'

/** One way to render a shape, ready to run. */
export interface Contender {
  readonly name: ContenderName
  readonly render: () => string
}

/**
 * The contenders of a shape. Every one parses what an exchange brings as text (payload, answer) in each run, for
 * that is part of the work; templates are parsed before.
 */
export function contendersOf(shape: Shape): readonly Contender[] {
  const given = templateValues()
  const parsed = (): Values => ({ ...values, ...parsedTexts(shape, given) })
  const { byHand } = shape
  const engine = new Liquid()
  const templates = engine.parse(shape.liquid)
  const environment = new nunjucks.Environment(null, { autoescape: false })
  const compiled = new nunjucks.Template(shape.nunjucks, environment, shape.name, true)
  return [
    { name: 'by hand', render: () => byHand(parsed()) },
    { name: 'nunjucks', render: () => compiled.render(parsed()) },
    { name: 'LiquidJS', render: () => engine.renderSync(templates, parsed()) },
    { name: 'Sluice', render: renderSluice(shape, given) },
  ]
}

function parsedTexts({ place }: Shape, { body, response }: TemplateValues): Partial<Values> {
  if (place === 'request_body') return { body: JSON.parse(body?.text ?? '') as Values['body'] }
  if (place === 'response_body') return JSON.parse(response?.text ?? '') as Pick<Values, 'items'>
  return {}
}

function renderSluice({ place, sluice }: Shape, given: TemplateValues): () => string {
  if (place === 'url') {
    const { url } = compileUrl(sluice, { pathParameters: new Map([['idea_id', 'segment']]) })
    if (url === undefined) throw new Error('the URL does not compile')
    return () => url.renderTarget(given)
  }
  const template: CompiledTemplate | undefined = compileTemplate(sluice, { place }).template
  if (template === undefined) throw new Error('the template does not compile')
  return () => template.render(given)
}
