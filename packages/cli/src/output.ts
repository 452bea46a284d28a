import { styleText } from 'node:util'
import type { FileIssue } from './json-file.ts'

/** Where a command prints: results on stdout, everything else on stderr. */
export interface Output {
  result(line: string): void
  note(line: string): void
  issues(issues: readonly FileIssue[], severity: 'error' | 'warning'): void
}

/** Prints to the terminal; `styleText` leaves colours out where the stream is none. */
export function terminalOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const paint = (colour: 'red' | 'yellow' | 'dim', text: string) =>
    styleText(colour, text, { stream: stderr })
  return {
    result: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    issues(issues, severity) {
      for (const { file, line, column, code, message } of issues) {
        const colour = severity === 'error' ? 'red' : 'yellow'
        const head = `${paint('dim', `${file}:${line}:${column}`)} ${paint(colour, severity)} ${code}`
        stderr.write(`${head}\n  ${message}\n`)
      }
    },
  }
}
