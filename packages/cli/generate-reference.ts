import { writeFileSync } from 'node:fs'
import { terminalOutput } from './src/output.ts'
import { createProgram } from './src/program.ts'
import { referenceOf } from './src/reference.ts'

const output = terminalOutput(process.stdout, process.stderr)
const program = createProgram({ output, stop: new AbortController().signal })
writeFileSync(new URL('../../docs/reference-cli.md', import.meta.url), referenceOf(program))
