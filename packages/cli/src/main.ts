#!/usr/bin/env node
import { SettingsError } from '@sluice/proxy'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { CommandError } from './command-error.ts'
import { dev } from './commands/dev.ts'
import { terminalOutput } from './output.ts'

const failed = 1
const wrongUsage = 2

const output = terminalOutput(process.stdout, process.stderr)
const stop = new AbortController()

const program = new Command('sluice')
  .description('Connectors: widgets call external APIs through a proxy that holds the credentials.')
  .exitOverride()
  .configureOutput({ writeErr: (text) => void process.stderr.write(text) })

program
  .command('dev')
  .description('run the proxy with a registry and a development configuration; edits apply on save')
  .option('--registry <file>', 'the registry of connectors', 'connectors_registry.json')
  .option('--config <file>', 'tenant, users, secrets and variables', 'sluice.dev.json')
  .option('--port <number>', 'where to listen; 0 chooses a free port', parsePort, 8787)
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .action((options) => dev(options, output, stop.signal))

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It must be a number from 0 to 65535.')
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The first asks to end in order, the second ends.
  process.once(signal, () => stop.abort())
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage
  if (error instanceof CommandError || error instanceof SettingsError) output.note(error.message)
  else throw error
  return failed
}
