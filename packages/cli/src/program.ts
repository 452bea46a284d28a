import { styleText } from 'node:util'
import { Command } from 'commander'
import { registerDev } from './commands/dev.ts'
import { registerDiff } from './commands/diff.ts'
import { registerInit } from './commands/init.ts'
import { registerPermissions } from './commands/permissions.ts'
import { registerTest } from './commands/test.ts'
import { registerTypes } from './commands/types.ts'
import { registerValidate } from './commands/validate.ts'
import type { CommandContext } from './context.ts'

/** Each command registers itself; the order is that of `sluice --help`. */
const commands: readonly ((program: Command, context: CommandContext) => void)[] = [
  registerInit,
  registerDev,
  registerValidate,
  registerTypes,
  registerDiff,
  registerPermissions,
  registerTest,
]

/** The whole command line, not run yet: `main.ts` runs it, the reference in `docs/` is written from it. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('sluice')
    .description('Connectors: widgets call external APIs through a proxy that holds the credentials.')
    .exitOverride()
    .configureHelp({ styleTitle: bold, styleCommandText: bold })
    .showHelpAfterError('(sluice --help, or --help after a command, explains)')
  for (const register of commands) register(program, context)
  return program
}

/** Commander leaves the style out where the stream shows none. */
function bold(text: string): string {
  return styleText('bold', text, { validateStream: false })
}
