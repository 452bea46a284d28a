import type { HostedPosition, HostedText } from '../embedded-languages/embedded-text.ts'
import type { Statement } from '../tree/statement.ts'
import type { Grammar, PositionReport } from './grammar.ts'

interface Options {
  readonly hosted: HostedText
  readonly report: PositionReport
  /** An offset that names the text where another language may live in it. */
  readonly hostAt?: number | undefined
  readonly put: (statement: Statement) => void
}

/** Text without positions of its own: a header, a query value, plain text, what a capture gathers. */
export class PlainTextGrammar implements Grammar<HostedPosition> {
  readonly start: HostedPosition
  readonly adviceToMeet = ''
  private readonly options: Options

  constructor(options: Options) {
    this.options = options
    const { hosted, hostAt } = options
    this.start = hostAt === undefined ? hosted.nowhere : hosted.begin(hostAt)
  }

  text(from: HostedPosition, begin: number, end: number): HostedPosition {
    const { hosted, report } = this.options
    let position = from
    for (let offset = begin; offset < end; offset += 1) {
      position = hosted.literal(position, report.source[offset] ?? '')
    }
    return position
  }

  output(position: HostedPosition, statement: Statement): HostedPosition {
    this.options.put(statement)
    return this.options.hosted.output(position, statement)
  }

  join(one: HostedPosition, other: HostedPosition): HostedPosition {
    return this.options.hosted.join(one, other)
  }

  same(one: HostedPosition, other: HostedPosition): boolean {
    return this.options.hosted.same(one, other)
  }

  widen(position: HostedPosition): HostedPosition {
    return this.options.hosted.widen(position)
  }

  end(): void {}
}
