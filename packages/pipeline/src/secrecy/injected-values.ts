/**
 * What an exchange injects into its request that a response must not repeat: every secret that it read, every output
 * that is made of one, and what an output is put together from.
 */

/** The outputs of one template, to be collected while it renders. */
export function outputsOf(render: (onSecret: (output: string) => void) => string): {
  readonly text: string
  readonly outputs: readonly string[]
} {
  const outputs: string[] = []
  const text = render((output) => {
    outputs.push(output, ...wordsOf(output))
  })
  return { text, outputs }
}

/** `v1=…`, `id=…; sid=…`: an API may repeat a part that says something by itself. */
function wordsOf(output: string): readonly string[] {
  const words = output.split(/[\s;,]+/)
  return words.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]).filter((word) => word !== output)
}

/** A credential without its scheme. */
export function withoutScheme(credential: string): string {
  return credential.replace(/^\S+ +/, '')
}
