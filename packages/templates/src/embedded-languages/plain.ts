import { RenderFailure } from '../evaluate/render-error.ts'

/** `| plain`: letters, digits and what no language takes for a sign; anything else fails the render. */
export function requirePlain(text: string): string {
  if (/^[A-Za-z0-9@._ -]*$/.test(text)) return text
  throw new RenderFailure('place', 'plain lets only letters, digits, spaces and @ . _ - through.')
}
