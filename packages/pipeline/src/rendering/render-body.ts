/**
 * Renders body templates (stages 5 and 7): what is small at once and in process, what is large or turns out to be
 * hard in another process, so that no exchange waits for another one's template.
 */
import {
  type CompiledTemplate,
  TemplateRenderError,
  type TemplateValues,
  templateLimits,
} from '@sluice/templates'
import type { IsolatedRenderer, IsolatedValues } from '../ports/ports.ts'
import type { Call } from '../steps/exchange.ts'

/** One body to be rendered. */
export interface BodyRender {
  readonly call: Call
  readonly template: CompiledTemplate
  readonly values: IsolatedValues & Pick<TemplateValues, 'runtime'>
  /** Of the payload or the answer, as far as the template can read it. */
  readonly inputBytes: number
}

/**
 * Gives a promise only where another process renders.
 *
 * @throws TemplateRenderError; so does the promise reject, or with what the port throws beside
 */
export function renderBody(body: BodyRender, renderer: IsolatedRenderer): Uint8Array | Promise<Uint8Array> {
  const { template, values, inputBytes } = body
  if (inputBytes > templateLimits.inProcessInputBytes) return renderApart(body, renderer)
  try {
    return Buffer.from(template.render(values))
  } catch (error) {
    // A render changes nothing: it may begin anew elsewhere.
    if (error instanceof TemplateRenderError && error.mayFitWorker) return renderApart(body, renderer)
    throw error
  }
}

/** Named one by one, and only the variables that the template reads: what else an exchange knows stays here. */
function renderApart(
  { call, template, values }: BodyRender,
  renderer: IsolatedRenderer,
): Promise<Uint8Array> {
  const { session, pathParams, variables, nowSeconds, body, response } = values
  const read = [...variables].filter(([name]) => template.uses.variables.has(name))
  return renderer.render({
    tenantId: call.connector.tenantId,
    template,
    values: {
      session,
      pathParams,
      variables: new Map(read),
      nowSeconds,
      ...(body !== undefined && { body }),
      ...(response !== undefined && { response }),
    },
    signal: call.ending.signal,
  })
}
