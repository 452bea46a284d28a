import type { HostedPosition, HostedText } from '../../embedded-languages/embedded-text.ts'
import type { Statement } from '../../tree/statement.ts'
import { encoded } from '../escaping/escape.ts'
import { formEncode } from '../escaping/form-encode.ts'
import type { Grammar, PositionReport } from '../grammar.ts'
import type { Outputs } from '../outputs.ts'

/** One position in `key=value&key=value`. */
interface FormPosition {
  /** Whether a key can stand here, and whether a value can: ways may meet in both. */
  readonly inKey: boolean
  readonly inValue: boolean
  readonly inner: HostedPosition
}

const formEscape = encoded(formEncode)

const refused: readonly (readonly [RegExp, string])[] = [
  [
    /[\r\n]/,
    'A form body holds no line breaks: end the line inside a tag, as in {%- -%}, or write %0A for one in a value.',
  ],
  [/[^\x21-\x7e]/, 'Text in a form body is written percent-encoded: + for a space, %C3%A9 for é.'],
  [/["<>\\^`{|}#]/, 'This character is written percent-encoded in a form body.'],
]

/**
 * `application/x-www-form-urlencoded` (WHATWG URL §5): outputs are percent-encoded wherever they stand, and no value
 * of a session, a caller or an API may name a key.
 */
export class FormGrammar implements Grammar<FormPosition> {
  readonly start: FormPosition
  readonly adviceToMeet = ''
  private readonly outputs: Outputs
  private readonly hosted: HostedText
  private readonly report: PositionReport

  constructor({ outputs, hosted, report }: { outputs: Outputs; hosted: HostedText; report: PositionReport }) {
    this.outputs = outputs
    this.hosted = hosted
    this.report = report
    this.start = { inKey: true, inValue: false, inner: hosted.nowhere }
  }

  text(from: FormPosition, begin: number, end: number): FormPosition {
    const { source } = this.report
    let position = from
    for (let offset = begin; offset < end; offset += 1) {
      const char = source[offset] ?? ''
      this.checkCharacter(char, offset)
      if (char === '&') position = { inKey: true, inValue: false, inner: this.hosted.nowhere }
      else if (char === '=' && position.inKey) {
        const value = this.hosted.begin(offset)
        const inner = position.inValue ? this.hosted.join(position.inner, value) : value
        position = { inKey: false, inValue: true, inner }
      } else if (position.inValue) {
        const { text, length } = decodedAt(source, offset)
        if (char === '%' && length === 1)
          this.fail('After % come two hexadecimal digits: write %25 for the sign.', offset)
        position = { ...position, inner: this.hosted.literal(position.inner, text) }
        offset += length - 1
      }
    }
    return position
  }

  output(position: FormPosition, statement: Statement): FormPosition {
    this.outputs.put(statement, formEscape)
    if (position.inKey && this.outputs.isForeign(statement)) {
      const advice =
        'The keys of a form are yours: write the key itself before =, or choose among keys with {% case %}.'
      this.report.fail('COMPUTED_KEY', advice, statement.begin)
    }
    return { ...position, inner: this.hosted.output(position.inner, statement) }
  }

  join(one: FormPosition, other: FormPosition): FormPosition {
    return {
      inKey: one.inKey || other.inKey,
      inValue: one.inValue || other.inValue,
      inner: this.hosted.join(one.inner, other.inner),
    }
  }

  same(one: FormPosition, other: FormPosition): boolean {
    return (
      one.inKey === other.inKey && one.inValue === other.inValue && this.hosted.same(one.inner, other.inner)
    )
  }

  widen(position: FormPosition): FormPosition {
    return { ...position, inner: this.hosted.widen(position.inner) }
  }

  end(): void {}

  private checkCharacter(char: string, offset: number): void {
    const advice = refused.find(([pattern]) => pattern.test(char))?.[1]
    if (advice !== undefined) this.fail(advice, offset)
  }

  private fail(message: string, offset: number): void {
    this.report.fail('INVALID_FORM_TEMPLATE', message, offset)
  }
}

/** One ASCII character as a reader of forms will see it, and how long it is written. Others do not matter here. */
export function decodedAt(
  source: string,
  offset: number,
): { readonly text: string; readonly length: number } {
  const char = source[offset] ?? ''
  if (char === '+') return { text: ' ', length: 1 }
  const digits = char === '%' ? /^[0-9A-Fa-f]{2}/.exec(source.slice(offset + 1, offset + 3))?.[0] : undefined
  if (digits === undefined) return { text: char, length: 1 }
  return { text: String.fromCharCode(Number.parseInt(digits, 16)), length: 3 }
}
