import type { CompileFailure } from '../analysis/failure.ts'
import { Taint } from '../analysis/taint.ts'
import type { BodyFormat } from '../body-format.ts'
import { HostedText } from '../embedded-languages/embedded-text.ts'
import type { Place } from '../places.ts'
import type { CaptureNode } from '../tree/flow.ts'
import type { ParsedTemplate } from '../tree/parsed-template.ts'
import type { Statement } from '../tree/statement.ts'
import { followFlow } from './control-flow.ts'
import { toText } from './escaping/escape.ts'
import { FormGrammar } from './form/grammar.ts'
import { type Grammar, PositionReport } from './grammar.ts'
import { JsonGrammar } from './json/grammar.ts'
import { MarkupGrammar } from './markup/grammar.ts'
import { Outputs } from './outputs.ts'
import { PlainTextGrammar } from './plain-text.ts'
import { isEncodingFilter } from './safe-filters.ts'
import { UrlGrammar } from './url-query.ts'

/** Where the outputs of a template stand, and what that means for each. */
export interface Positions {
  readonly escapes: PositionReport['escapes']
  /** Outputs of an inner language between quotes that the author wrote, and the quote. */
  readonly quoted: ReadonlyMap<Statement, string>
  /** Outputs next to text that may be an embedded language. */
  readonly nextToText: ReadonlySet<Statement>
  /** Whether a value can be the key of a JSON object. */
  readonly hasComputedKeys: boolean
  readonly failures: readonly CompileFailure[]
  readonly warnings: readonly CompileFailure[]
}

interface Subject {
  readonly source: string
  readonly parsed: ParsedTemplate
  readonly place: Place
  /** Of bodies. */
  readonly format: BodyFormat | undefined
}

/** The host that is the whole text; captures are known by where they begin. */
const wholeText = -1

interface Tools {
  readonly outputs: Outputs
  readonly hosted: HostedText
  readonly report: PositionReport
}

/** Computes the position of every output, over all ways that a render can take. */
export function computePositions({ source, parsed, place, format }: Subject): Positions {
  const report = new PositionReport(source)
  const taint = new Taint(parsed.flow)
  const hosted = new HostedText(parsed.statements, { report, taint })
  const tools: Tools = { report, hosted, outputs: new Outputs({ report, taint, place }) }
  const isHost = place.isValue || place.isUrl || format === 'json' || format === 'form'
  const capture = (node: CaptureNode): void => followCapture(node, isHost, tools)
  const follow = <P>(grammar: Grammar<P>): void => followFlow(parsed.flow, { grammar, report, capture })
  let hasComputedKeys = false
  if (format === 'json') {
    const grammar = new JsonGrammar(tools)
    follow(grammar)
    hasComputedKeys = grammar.hasComputedKeys
  } else if (format === 'form') follow(new FormGrammar(tools))
  else if (format === 'text')
    follow(new PlainTextGrammar({ ...tools, put: (statement) => putText(statement, tools) }))
  else if (format !== undefined) {
    follow(new MarkupGrammar(tools, { html: format === 'html', active: format !== 'xml' }))
  } else if (place.isUrl) follow(new UrlGrammar(tools))
  else {
    const put = (statement: Statement): void => tools.outputs.put(statement, toText)
    follow(new PlainTextGrammar({ ...tools, put, hostAt: place.isValue ? wholeText : undefined }))
  }
  hosted.finish()
  return {
    escapes: report.escapes,
    quoted: hosted.quoted,
    nextToText: hosted.nextToText,
    hasComputedKeys,
    failures: report.failures,
    warnings: report.warnings,
  }
}

/** What a capture gathers is made safe where the capture is output; another language can be built in it. */
function followCapture({ body, begin }: CaptureNode, isHost: boolean, tools: Tools): void {
  const { report, hosted } = tools
  const put = (statement: Statement): void => void report.escapes.set(statement, toText)
  const grammar = new PlainTextGrammar({ report, hosted, put, hostAt: isHost ? begin : undefined })
  followFlow(body, { grammar, report, capture: (inner) => followCapture(inner, isHost, tools) })
}

/** Nothing is known of such a text: what a stranger chose is encoded by its author, or said to be harmless. */
function putText(statement: Statement, { outputs, report }: Tools): void {
  outputs.put(statement, toText)
  const last = statement.expressions[0]?.filters.at(-1)?.name
  if (!outputs.isForeign(statement) || (last !== undefined && isEncodingFilter(last))) return
  const advice =
    'Values are not escaped in this content type: end the output with the filter that encodes it, such as | json or | url_encode, or with | raw.'
  report.fail('UNENCODED_OUTPUT', advice, statement.begin)
}
