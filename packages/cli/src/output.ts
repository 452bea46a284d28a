import { styleText } from 'node:util'
import { visible } from './diagnostics/visible.ts'
import type { FileIssue } from './json-file.ts'

export type Severity = 'error' | 'warning'

/** Where a command prints: results on stdout, everything else on stderr. */
export interface Output {
  result(line: string): void
  note(line: string): void
  issues(issues: readonly FileIssue[], severity: Severity): void
}

/**
 * Prints to the terminal. Colours stand only where the stream is one, and as NO_COLOR and FORCE_COLOR say. What
 * comes from files is shown, never interpreted: no escape sequence of theirs reaches the terminal.
 */
export function terminalOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const paint = (colour: 'red' | 'yellow' | 'dim', text: string) =>
    styleText(colour, text, { stream: stderr })
  return {
    result: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line.split('\n').map(visible).join('\n')}\n`),
    issues(issues, severity) {
      const colour = severity === 'error' ? 'red' : 'yellow'
      for (const issue of issues) {
        const { file, line, column, code, frame = [] } = issue
        const head = `${paint('dim', `${visible(file)}:${line}:${column}`)} ${paint(colour, severity)} ${code}`
        const body = sentencesOf(issue).map((sentence) => `  ${visible(sentence)}\n`)
        const shown = frame.map((row) => `    ${/^ +\| +\^$/.test(row) ? paint(colour, row) : row}\n`)
        stderr.write([`${head}\n`, ...body, ...shown].join(''))
      }
    },
  }
}

function sentencesOf({ path = '', message, template }: FileIssue): readonly string[] {
  const where = path === '' ? '' : `${path}: `
  if (template === undefined) return [`${where}${message}`]
  return [`${where}${message}`, `line ${template.line}, column ${template.column} of the template:`]
}
