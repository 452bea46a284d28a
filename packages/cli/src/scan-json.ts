import type { SliceOptions } from '@sluice/pipeline/compile'
import { createScanner } from 'jsonc-parser'

/** What a pass over the tokens of a JSON text tells. */
export interface ScannedJson {
  /** How deep objects and arrays are nested. */
  readonly deepest: number
  readonly hasDuplicateKeys: boolean
  /** Where each element of the root's `connectors` begins and ends. */
  readonly entries: readonly TextRange[]
}

/** A part of a text. */
export interface TextRange {
  readonly begin: number
  readonly end: number
}

// The library's names for these are a const enum, which single files cannot be compiled against.
const [openBrace, closeBrace, openBracket, closeBracket, comma, text, endOfText] = [1, 2, 3, 4, 5, 10, 17]

/** An object or array that is open. */
interface Level {
  /** `undefined` in an array. */
  readonly keys: Set<string> | undefined
  /** The key whose value this is. */
  readonly name: string | undefined
  isKeyNext: boolean
  lastKey: string | undefined
}

/** How many tokens go by between two looks at the clock. */
const tokensAtOnce = 500

/**
 * Goes over the tokens of a valid JSON text in slices: a tree of a large registry would hold up whatever runs beside it.
 */
export async function scanJson(source: string, { pause, monotonic }: SliceOptions): Promise<ScannedJson> {
  const scan = createPass(source)
  let until = monotonic() + sliceMs
  while (scan.advance(tokensAtOnce)) {
    if (monotonic() < until) continue
    await pause()
    until = monotonic() + sliceMs
  }
  return scan.result()
}

const sliceMs = 5

function createPass(source: string) {
  const scanner = createScanner(source, true)
  const levels: Level[] = []
  const entries: TextRange[] = []
  let [deepest, hasDuplicateKeys, entryBegin] = [0, false, 0]

  const isAmongEntries = () =>
    levels.length === 2 && levels[1]?.keys === undefined && levels[1]?.name === 'connectors'

  function open(keys: Set<string> | undefined): void {
    const name = levels.at(-1)?.lastKey
    levels.push({ keys, name, isKeyNext: keys !== undefined, lastKey: undefined })
    deepest = Math.max(deepest, levels.length)
  }

  function endValue(): void {
    if (isAmongEntries())
      entries.push({ begin: entryBegin, end: scanner.getTokenOffset() + scanner.getTokenLength() })
  }

  function readKey(level: Level): void {
    const key = scanner.getTokenValue()
    hasDuplicateKeys ||= level.keys?.has(key) === true
    level.keys?.add(key)
    level.lastKey = key
    level.isKeyNext = false
  }

  function take(token: number): void {
    const level = levels.at(-1)
    if (token === text && level?.isKeyNext) readKey(level)
    else if (token === comma) {
      if (level !== undefined) level.isKeyNext = level.keys !== undefined
    } else if (token === closeBrace || token === closeBracket) {
      levels.pop()
      endValue()
    } else {
      if (isAmongEntries()) entryBegin = scanner.getTokenOffset()
      if (token === openBrace || token === openBracket) open(token === openBrace ? new Set() : undefined)
      else endValue()
    }
  }

  return {
    /** @returns whether there is more */
    advance(count: number): boolean {
      for (let left = count; left > 0; left--) {
        const token: number = scanner.scan()
        if (token === endOfText) return false
        take(token)
      }
      return true
    },
    result: (): ScannedJson => ({ deepest, hasDuplicateKeys, entries }),
  }
}
