#!/usr/bin/env node
import type { WirePairs } from '@sluice/connector-schema'
import { SettingsError } from '@sluice/proxy'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { CommandError } from './command-error.ts'
import { dev } from './commands/dev.ts'
import { testConnector } from './commands/test.ts'
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

program
  .command('test')
  .argument('<permalink>', 'the connector')
  .description('run a real exchange and show everything about it, secrets masked')
  .option('--registry <file>', 'the registry of connectors', 'connectors_registry.json')
  .option('--config <file>', 'tenant, users, secrets and variables', 'sluice.dev.json')
  .option('--query <key=value>', 'a query override; repeat it for more', collectPair, [])
  .option('--path <key=value>', 'a path parameter; repeat it for more', collectPair, [])
  .option('--header <key=value>', 'a header override; repeat it for more', collectPair, [])
  .option('--payload <text>', 'the payload, or @ and the name of a file that holds it')
  .option('--content-type <type>', 'what the payload is', 'application/json')
  .option('--user <id>', 'as which user of the configuration; the first one unless said otherwise')
  .option('--anonymous', 'without a user')
  .option('--json', 'print the trace as JSON')
  .action((permalink, options) => testConnector(permalink, options, output))

function collectPair(text: string, pairs: WirePairs): WirePairs {
  const split = text.indexOf('=')
  if (split < 1) throw new InvalidArgumentError('It must be of the form key=value.')
  return [...pairs, [text.slice(0, split), text.slice(split + 1)]]
}

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
