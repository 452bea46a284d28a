/**
 * Loaded before the main module, under `--disallow-code-generation-from-strings`: takes away what a page lacks, notes
 * who tries to make code, and gives `registries` and `report` in return.
 */
import { readFileSync, writeSync } from 'node:fs'

const registries: readonly unknown[] = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const generated: string[] = []

/** zod tries to make code where nothing forbids it. A browser reports even the attempt. */
const refuse = (_: unknown, args: readonly unknown[]): never => {
  generated.push(String(args))
  throw new EvalError('no code from strings')
}

Object.assign(globalThis, {
  Function: new Proxy(Function, {
    construct: refuse,
    apply: (target, _, args) => refuse(target, args),
  }),
  registries,
  report(results: readonly string[]) {
    const left = ['Buffer', 'process', 'require'].filter((name) => name in globalThis)
    writeSync(1, JSON.stringify({ results, generated, left }))
  },
})
for (const name of ['Buffer', 'process', 'global', 'setImmediate', 'clearImmediate']) {
  Reflect.deleteProperty(globalThis, name)
}
