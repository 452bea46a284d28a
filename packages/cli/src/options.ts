import type { WirePairs } from '@sluice/connector-schema'
import { InvalidArgumentError } from 'commander'

/** Reads a port from the command line. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('It must be a number from 0 to 65535.')
}

/** Adds one `key=value` to those that were given before it. */
export function collectPair(text: string, pairs: WirePairs = []): WirePairs {
  const split = text.indexOf('=')
  if (split < 1) throw new InvalidArgumentError('It must be of the form key=value.')
  return [...pairs, [text.slice(0, split), text.slice(split + 1)]]
}

/** The examples under the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`
}
