import type { HostedPosition, HostedText } from '../embedded-languages/embedded-text.ts'
import type { Statement } from '../tree/statement.ts'
import { type Escape, encoded, PathText, percentEncode, percentEncodePath } from './escaping/escape.ts'
import { decodedAt } from './form/grammar.ts'
import type { Grammar, PositionReport } from './grammar.ts'
import type { Outputs } from './outputs.ts'

/** One position in the target of a URL. */
interface UrlPosition {
  /** Whether a `?` can have come before. */
  readonly inQuery: boolean
  readonly inner: HostedPosition
}

const percent = encoded(percentEncode)

const urlEscape: Escape = (value, meter) =>
  value instanceof PathText ? percentEncodePath(value.text) : percent(value, meter)

/** The target of a URL: outputs are percent-encoded everywhere; each value of its query may host another language. */
export class UrlGrammar implements Grammar<UrlPosition> {
  readonly start: UrlPosition
  readonly adviceToMeet = ''
  private readonly outputs: Outputs
  private readonly hosted: HostedText
  private readonly report: PositionReport

  constructor({ outputs, hosted, report }: { outputs: Outputs; hosted: HostedText; report: PositionReport }) {
    this.outputs = outputs
    this.hosted = hosted
    this.report = report
    this.start = { inQuery: false, inner: hosted.nowhere }
  }

  text(from: UrlPosition, begin: number, end: number): UrlPosition {
    const { source } = this.report
    let position = from
    for (let offset = begin; offset < end; offset += 1) {
      const char = source[offset] ?? ''
      if (char === '?' || (position.inQuery && char === '&')) {
        position = { inQuery: true, inner: this.hosted.nowhere }
      } else if (position.inQuery && char === '=' && position.inner.hosts.size === 0) {
        position = { inQuery: true, inner: this.hosted.begin(offset) }
      } else if (position.inQuery) {
        const { text, length } = decodedAt(source, offset)
        position = { inQuery: true, inner: this.hosted.literal(position.inner, text) }
        offset += length - 1
      }
    }
    return position
  }

  output(position: UrlPosition, statement: Statement): UrlPosition {
    this.outputs.put(statement, urlEscape)
    return { ...position, inner: this.hosted.output(position.inner, statement) }
  }

  join(one: UrlPosition, other: UrlPosition): UrlPosition {
    return { inQuery: one.inQuery || other.inQuery, inner: this.hosted.join(one.inner, other.inner) }
  }

  same(one: UrlPosition, other: UrlPosition): boolean {
    return one.inQuery === other.inQuery && this.hosted.same(one.inner, other.inner)
  }

  widen(position: UrlPosition): UrlPosition {
    return { ...position, inner: this.hosted.widen(position.inner) }
  }

  end(): void {}
}
