import type { HostedPosition, HostedText } from '../../embedded-languages/embedded-text.ts'
import { limits } from '../../limits/limits.ts'
import type { Statement } from '../../tree/statement.ts'
import type { Grammar, PositionReport } from '../grammar.ts'
import type { Outputs } from '../outputs.ts'
import { jsonStringEscape, jsonValueEscape } from './escapes.ts'
import { afterString, afterValue, isAtKey, isComplete, jsonStart, missingAt } from './structure.ts'
import { type StructureSet, StructureSets } from './structure-sets.ts'

/** Inside a string literal: plain, right after a backslash, or among the digits of `\uXXXX`. */
type InString = 'plain' | 'backslash' | `u${string}`

/** One position in a JSON text. */
interface JsonPosition {
  /** `undefined` outside of string literals. */
  readonly inString: InString | undefined
  /**
   * Every structure that the ways to here can have left: none where no way can give JSON, `undefined` where there
   * are too many to tell.
   */
  readonly structures: StructureSet | undefined
  /** What stands in the string literal that is open. */
  readonly inner: HostedPosition
}

/** More ways than this are not told apart. */
const mostStructures = 32

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * JSON: an output inside a string literal becomes a part of it, any other a complete value. Follows the structure
 * too, so that a template that can never give JSON is refused.
 */
export class JsonGrammar implements Grammar<JsonPosition> {
  readonly start: JsonPosition
  readonly adviceToMeet =
    'One way through this tag leaves a text literal open, another does not: open and close its quotes in the same branch.'
  /** Whether a value can be a key: only then can a rendered text have a key twice. */
  hasComputedKeys = false
  /** What no JSON has at an offset, on the ways looked at so far, and what comes there instead. */
  private readonly impossible = new Map<number, string>()
  /** Offsets that some way can pass: in a loop, perhaps not the first. */
  private readonly possible = new Set<number>()
  private readonly sets: StructureSets
  private readonly outputs: Outputs
  private readonly hosted: HostedText
  private readonly report: PositionReport

  constructor({ outputs, hosted, report }: { outputs: Outputs; hosted: HostedText; report: PositionReport }) {
    this.outputs = outputs
    this.hosted = hosted
    this.report = report
    this.sets = new StructureSets((steps) => report.charge(steps))
    this.start = { inString: undefined, structures: this.sets.of([jsonStart]), inner: hosted.nowhere }
  }

  text(from: JsonPosition, begin: number, end: number): JsonPosition {
    let position = from
    for (let offset = begin; offset < end; offset += 1) {
      const char = this.report.source[offset] ?? ''
      position =
        position.inString === undefined
          ? this.outside(position, char, offset)
          : this.inside(position, position.inString, { char, offset })
    }
    return position
  }

  output(position: JsonPosition, statement: Statement): JsonPosition {
    return position.inString === undefined
      ? this.outputOutside(position, statement)
      : this.outputInside(position, position.inString, statement)
  }

  join(one: JsonPosition, other: JsonPosition): JsonPosition | undefined {
    if (one.inString !== other.inString) return undefined
    return {
      inString: one.inString,
      structures: this.joinStructures(one.structures, other.structures),
      inner: this.hosted.join(one.inner, other.inner),
    }
  }

  same(one: JsonPosition, other: JsonPosition): boolean {
    return (
      one.inString === other.inString &&
      this.hosted.same(one.inner, other.inner) &&
      one.structures === other.structures
    )
  }

  widen(position: JsonPosition): JsonPosition {
    return { ...position, structures: undefined, inner: this.hosted.widen(position.inner) }
  }

  end({ inString, structures }: JsonPosition): void {
    for (const [offset, missing] of this.impossible) {
      if (!this.possible.has(offset)) this.fail(`This can never be JSON: ${missing}.`, offset)
    }
    const { length } = this.report.source
    if (inString !== undefined)
      this.fail('A text literal is still open at the end: write its closing quote.', length)
    else if (structures !== undefined && structures.size > 0 && ![...structures].some(isComplete)) {
      const [structure = jsonStart] = structures
      this.fail(`The JSON ends too early: ${missingAt(structure)}.`, length)
    }
  }

  private joinStructures(
    one: JsonPosition['structures'],
    other: JsonPosition['structures'],
  ): JsonPosition['structures'] {
    if (one === other || one === undefined || other === undefined) return one && other
    const joined = this.sets.of([...one, ...other])
    return joined.size > mostStructures ? undefined : joined
  }

  private outside(position: JsonPosition, char: string, offset: number): JsonPosition {
    const before = position.structures
    const structures = before && this.advance(before, this.sets.afterCharacter(before, char), offset)
    if (structures === before && char !== '"') return position
    if (char !== '"') return { ...position, structures }
    return { inString: 'plain', structures, inner: this.hosted.begin(offset) }
  }

  private inside(
    position: JsonPosition,
    inString: InString,
    { char, offset }: { readonly char: string; readonly offset: number },
  ): JsonPosition {
    if (inString === 'backslash') {
      if (char === 'u') return { ...position, inString: 'u' }
      const meant = Object.hasOwn(escapes, char) ? escapes[char] : undefined
      if (meant === undefined)
        this.fail(`\\${printable(char)} means nothing in JSON: write \\\\ for a backslash.`, offset)
      return { ...position, inString: 'plain', inner: this.hosted.literal(position.inner, meant ?? char) }
    }
    if (inString !== 'plain') return this.unicode(position, inString + char, offset)
    if (char === '\\') return { ...position, inString: 'backslash' }
    if (char === '"') {
      const structures = position.structures && this.sets.map(position.structures, afterString)
      return { inString: undefined, structures, inner: this.hosted.nowhere }
    }
    if (char < ' ') {
      this.fail(
        'A line break or control character in a text literal is written as \\n, \\t or \\u00XX.',
        offset,
      )
    }
    return { ...position, inner: this.hosted.literal(position.inner, char) }
  }

  private unicode(position: JsonPosition, digits: string, offset: number): JsonPosition {
    if (!/^u[0-9A-Fa-f]*$/.test(digits)) {
      this.fail('After \\u come four hexadecimal digits.', offset)
      return { ...position, inString: 'plain' }
    }
    if (digits.length < 5) return { ...position, inString: digits as InString }
    const char = String.fromCharCode(Number.parseInt(digits.slice(1), 16))
    return { ...position, inString: 'plain', inner: this.hosted.literal(position.inner, char) }
  }

  private outputOutside(position: JsonPosition, statement: Statement): JsonPosition {
    this.outputs.put(statement, jsonValueEscape(statement))
    this.hosted.output(this.hosted.nowhere, statement)
    // Whatever raw text does to the structure is its author's affair; the whole must still be JSON.
    if (this.outputs.isRaw(statement)) {
      this.hasComputedKeys = true
      return { ...position, structures: undefined }
    }
    this.noteKeys(position.structures, statement)
    const before = position.structures
    const structures = before && this.advance(before, this.sets.map(before, afterValue), statement.begin)
    return { ...position, structures }
  }

  private outputInside(position: JsonPosition, inString: InString, statement: Statement): JsonPosition {
    if (inString !== 'plain') {
      this.fail(
        'An output cannot follow a backslash or stand inside \\u….: write the character itself.',
        statement.begin,
      )
    }
    this.outputs.put(statement, jsonStringEscape(statement))
    this.noteKeys(position.structures, statement)
    return { ...position, inner: this.hosted.output(position.inner, statement) }
  }

  private noteKeys(structures: JsonPosition['structures'], statement: Statement): void {
    if (structures !== undefined && ![...structures].some(isAtKey)) return
    this.hasComputedKeys = true
    if (structures === undefined || !this.outputs.isFromCaller(statement)) return
    const advice =
      'The caller names a key of the JSON here: name the keys yourself, or choose among them with {% case %}.'
    this.report.warn('COMPUTED_KEY', advice, statement.begin)
  }

  /** Notes whether any JSON has `after` at an offset. */
  private advance(before: StructureSet, after: StructureSet, offset: number): StructureSet | undefined {
    const [structure] = before
    if (after.size > 0) this.possible.add(offset)
    else if (structure !== undefined) this.impossible.set(offset, missingAt(structure))
    for (const { length } of after) if (length > limits.jsonNesting) return this.tooDeep(offset)
    return after
  }

  private tooDeep(offset: number): undefined {
    const most = limits.jsonNesting
    const message = `JSON in a template is nested at most ${most} deep, and a number has at most as many characters.`
    this.report.fail('TOO_LARGE', message, offset)
    return undefined
  }

  private fail(message: string, offset: number): void {
    this.report.fail('INVALID_JSON_TEMPLATE', message, offset)
  }
}

function printable(char: string): string {
  return /[\x21-\x7e]/.test(char) ? char : '…'
}
