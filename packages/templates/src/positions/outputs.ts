import type { Taint } from '../analysis/taint.ts'
import type { Place } from '../places.ts'
import type { Statement } from '../tree/statement.ts'
import { type Escape, refusing, toText } from './escaping/escape.ts'
import type { PositionReport } from './grammar.ts'

/** Notes how each output is made safe. A refusal of the place holds for all of them, an encoding not for `raw`. */
export class Outputs {
  private readonly report: PositionReport
  private readonly taint: Taint
  private readonly place: Place

  constructor({ report, taint, place }: { report: PositionReport; taint: Taint; place: Place }) {
    this.report = report
    this.taint = taint
    this.place = place
  }

  put(statement: Statement, encoding: Escape): void {
    const { refuseOutput } = this.place
    const written = this.isRaw(statement) ? toText : encoding
    this.report.escapes.set(statement, refuseOutput === undefined ? written : refusing(refuseOutput, written))
  }

  isRaw({ expressions }: Statement): boolean {
    return expressions[0]?.filters.at(-1)?.name === 'raw'
  }

  isFromCaller(statement: Statement): boolean {
    return this.taint.ofStatement(statement).has('caller')
  }

  /** Whether anybody but the platform team chooses the value. */
  isForeign(statement: Statement): boolean {
    return this.taint.ofStatement(statement).size > 0
  }
}
