import { readFileSync, writeFileSync } from 'node:fs'
import { manifestOf, parseRegistry } from '@sluice/connector-schema'

const registryFile = new URL('../../registry/connectors_registry.json', import.meta.url)
const manifestFile = new URL('./connectors.gen.ts', import.meta.url)

/**
 * The text of `connectors.gen.ts`: what widget code may know of the connectors, as a constant that types can
 * be read from. The same registry always gives the same text.
 *
 * @param registry - a registry as parsed JSON
 * @throws Error when the registry has errors, naming the first
 */
export function manifestText(registry: unknown): string {
  const { definitions, errors } = parseRegistry(registry)
  const [error] = errors
  if (error !== undefined) throw new Error(`${error.path}: ${error.message}`)
  return [
    '// Written from the registry by `pnpm manifest`; edit that instead.',
    "import type { Manifest } from '@sluice/connector-schema'",
    '',
    `export const manifest = ${JSON.stringify(manifestOf(definitions), null, 2)} as const satisfies Manifest`,
    '',
  ].join('\n')
}

if (import.meta.main) {
  writeFileSync(manifestFile, manifestText(JSON.parse(readFileSync(registryFile, 'utf8'))))
}
