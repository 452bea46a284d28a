/** The entry of a render process: compiles templates anew, renders, and knows nothing else of the server. */
import {
  type CompiledTemplate,
  compileRecipe,
  renderIsolated,
  type TemplateRecipe,
  TemplateRenderError,
} from '@sluice/templates'
import { nodeRuntime } from '@sluice/templates/runtime'
import { LRUCache } from 'lru-cache'
import type { RenderOrder, RenderReply } from './protocol.ts'

const templates = new LRUCache<TemplateRecipe, CompiledTemplate>({ max: 64 })
const encoder = new TextEncoder()

function templateOf(recipe: TemplateRecipe): CompiledTemplate {
  const known = templates.get(recipe)
  if (known !== undefined) return known
  const template = compileRecipe(recipe)
  templates.set(recipe, template)
  return template
}

function render({ recipe, values }: RenderOrder): RenderReply {
  try {
    return {
      kind: 'rendered',
      bytes: encoder.encode(renderIsolated(templateOf(recipe), { ...values, runtime: nodeRuntime })),
    }
  } catch (error) {
    if (error instanceof TemplateRenderError) {
      const { reason, message, line, column, pointers } = error
      return { kind: 'failed', reason, message, line, column, pointers }
    }
    return { kind: 'broken', message: error instanceof Error ? error.message : 'unknown' }
  }
}

function reply(message: RenderReply): void {
  process.send?.(message)
}

// A signal for the whole group asks the server to end; the server ends its renderers when it has finished with them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', (order: RenderOrder) => reply(render(order)))
reply({ kind: 'ready' })
