import { RenderFailure } from '../evaluate/render-error.ts'

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g

/**
 * Refuses a JSON text in which an object has a key twice: a value that names a key could otherwise replace what the
 * template wrote under it.
 *
 * @param text - valid JSON
 * @throws RenderFailure
 */
export function requireUniqueKeys(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let last = ''
  for (const [found] of text.matchAll(token)) {
    if (found === '{') open.push(new Set())
    else if (found === '[') open.push(undefined)
    else if (found === '}' || found === ']') open.pop()
    else if (found === ':') note(open.at(-1), JSON.parse(last))
    else last = found
  }
}

function note(keys: Set<string> | undefined, key: string): void {
  if (keys?.has(key)) throw new RenderFailure('json', 'A value gives a key that the JSON object has already.')
  keys?.add(key)
}
