import type { CompiledUrl } from '@sluice/templates'

/** An origin as people read it: resolved where it is literal, else as its author wrote it. */
export function originText({ scheme, literalHost, source }: CompiledUrl): string {
  if (scheme !== undefined && literalHost !== undefined) return `${scheme}://${literalHost}`
  return source.slice(0, targetBegin(source))
}

/** Path and query of a URL as its author wrote them. */
export function targetText({ source }: CompiledUrl): string {
  return source.slice(targetBegin(source)) || '/'
}

/** Where the path begins: at the first slash after the scheme and outside of a template. */
function targetBegin(source: string): number {
  const tokens = /\{\{.*?\}\}|\{%.*?%\}|:\/\/|[/?]/gs
  for (const found of source.matchAll(tokens)) {
    if (found[0] === '/' || found[0] === '?') return found.index
  }
  return source.length
}
