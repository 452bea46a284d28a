import { CompileFailure } from '../../analysis/failure.ts'
import type { Literal } from '../../tree/expressions.ts'
import type { DiagnosticCode } from '../../types.ts'
import { isBlank } from './lexer.ts'
import { unescaped } from './string-literal.ts'

/** A name, as LiquidJS reads it: hyphens and a final question mark belong to it. */
export const word = /[A-Za-z_][A-Za-z0-9_-]*\??/y
const number = /[+-]?\d+(?:\.\d+)?(?![A-Za-z0-9_?-]|\.(?!\.))/y

/** Walks through what stands inside a marker, from word to word. */
export class Scanner {
  readonly source: string
  readonly end: number
  position: number

  constructor(source: string, begin: number, end: number) {
    this.source = source
    this.position = begin
    this.end = end
  }

  /** A name that a tag binds. */
  name(): { readonly name: string; readonly offset: number } {
    this.blanks()
    const offset = this.position
    const name = this.match(word)
    if (name === undefined)
      this.fail('SYNTAX', 'A name is missing here: letters, digits and _, such as first_name.')
    return { name, offset }
  }

  /** Takes the character if it comes next. */
  takes(char: string): boolean {
    this.blanks()
    if (this.peek() !== char) return false
    this.position += 1
    return true
  }

  /** Takes the word if it comes next, whole. */
  takesWord(expected: string): boolean {
    this.blanks()
    const begin = this.position
    if (this.match(word) === expected) return true
    this.position = begin
    return false
  }

  /** Nothing may be left. */
  finish(): void {
    if (!this.done()) this.fail('SYNTAX', this.unexpected())
  }

  /** Whether nothing but blanks is left. */
  done(): boolean {
    this.blanks()
    return this.atEnd()
  }

  fail(code: DiagnosticCode, message: string, offset: number = this.position): never {
    throw new CompileFailure(code, message, offset)
  }

  protected text(): Literal & { readonly value: string } {
    const begin = this.position
    const quote = this.peek()
    for (let i = begin + 1; i < this.end; i += 1) {
      if (this.source[i] === '\\') i += 1
      else if (this.source[i] === quote) {
        this.position = i + 1
        return {
          kind: 'literal',
          begin,
          end: this.position,
          value: unescaped(this.source.slice(begin + 1, i)),
        }
      }
    }
    return this.fail(
      'SYNTAX',
      `This text is not closed: write ${quote} after it. Inside a tag it cannot hold %}.`,
    )
  }

  protected number(): Literal & { readonly value: number } {
    const begin = this.position
    const digits = this.match(number)
    if (digits === undefined)
      this.fail('SYNTAX', 'A number is written as 20, -3 or 1.5, and a name begins with a letter.')
    const written = digits.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1')
    const spot = { kind: 'literal', begin, end: this.position, value: Number(written) } as const
    return String(spot.value) === written ? spot : { ...spot, digits: written }
  }

  protected atEnd(): boolean {
    return this.position >= this.end
  }

  protected blanks(): void {
    while (this.position < this.end && isBlank(this.source[this.position])) this.position += 1
  }

  protected peek(): string {
    return this.atEnd() ? '' : (this.source[this.position] ?? '')
  }

  protected match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.source)?.[0]
    if (found === undefined || this.position + found.length > this.end) return undefined
    this.position += found.length
    return found
  }

  protected unexpected(): string {
    const char = String.fromCodePoint(this.source.codePointAt(this.position) ?? 0)
    return `${JSON.stringify(char)} cannot stand here: write one value, then filters such as | upcase.`
  }
}
