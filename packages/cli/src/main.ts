#!/usr/bin/env node
import { SettingsError } from '@sluice/proxy'
import { CommanderError } from 'commander'
import { CommandError } from './command-error.ts'
import { terminalOutput } from './output.ts'
import { createProgram } from './program.ts'

const failed = 1
const wrongUsage = 2

const output = terminalOutput(process.stdout, process.stderr)
const stop = new AbortController()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The first asks to end in order, the second ends.
  process.once(signal, () => stop.abort())
}

try {
  await createProgram({ output, stop: stop.signal }).parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage
  if (error instanceof CommandError || error instanceof SettingsError) output.note(error.message)
  else throw error
  return failed
}
