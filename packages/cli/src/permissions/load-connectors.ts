import type { CompiledConnector } from '@sluice/pipeline/compile'
import type { Settings } from '@sluice/proxy'
import { CommandError } from '../command-error.ts'
import { loadRegistry } from '../dev/load.ts'
import type { Output } from '../output.ts'
import { registryOptions } from '../validate/registry-options.ts'

/**
 * Compiles a registry for comparing. Whether a destination is allowed is not asked: that is for the place where it
 * runs.
 *
 * @throws CommandError where it has errors
 */
export function loadConnectors(
  file: string,
  { settings, output }: { readonly settings: Settings; readonly output: Output },
): readonly CompiledConnector[] {
  const judge = registryOptions(undefined, settings)
  const { content, errors } = loadRegistry(file, { ...judge, checkDestination: () => undefined })
  if (content !== undefined) return content
  output.issues(errors, 'error')
  throw new CommandError(`Not compared. Fix the errors in ${file} first.`)
}
