/**
 * Compiles a registry again and again while exchanges run: only entries that changed, and in slices between which what
 * waits is served. An entry that did not change stays the same compiled connector, so that what is remembered of it goes
 * on and nothing stored is purged.
 */
import { openRegistry } from '@sluice/connector-schema'
import {
  type CompiledEntry,
  compileEntry,
  joinEntries,
  type RegistryCompilation,
  type RegistryOptions,
} from './compile-registry.ts'

/** Compiles the versions of one registry. */
export interface RegistryCompiler {
  /** @param input - parsed JSON */
  compile(input: unknown): Promise<RegistryCompilation>
}

/** What a compiler needs besides the options of a registry. */
export interface SliceOptions {
  /** Lets everything run that waits. */
  readonly pause: () => Promise<void>
  /** Milliseconds from an arbitrary start. */
  readonly monotonic: () => number
}

/**
 * How long a slice goes on. The entry that is compiled when this is over is finished, so a slice is longer by the time of
 * one connector; 20 ms (spec/01) leave room for that.
 */
const sliceMs = 5

/** Creates a compiler. It remembers the entries of the last registry: for other options there is another compiler. */
export function createRegistryCompiler(
  { known, ...options }: RegistryOptions,
  { pause, monotonic }: SliceOptions,
): RegistryCompiler {
  // By the whole text: nothing that is looked at in an entry is missing in it.
  let remembered: ReadonlyMap<string, CompiledEntry> = new Map()
  return {
    async compile(input) {
      const opened = openRegistry(input)
      const compiled = new Map<string, CompiledEntry>()
      const entries: CompiledEntry[] = []
      let until = monotonic() + sliceMs
      for (const entry of opened.entries) {
        const text = JSON.stringify(entry)
        const done = compiled.get(text) ?? remembered.get(text) ?? compileEntry(entry, options)
        compiled.set(text, done)
        entries.push(done)
        if (monotonic() < until) continue
        await pause()
        until = monotonic() + sliceMs
      }
      remembered = compiled
      return joinEntries(opened, { known, entries })
    },
  }
}
