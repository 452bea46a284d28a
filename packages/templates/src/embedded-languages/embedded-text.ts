import type { Taint } from '../analysis/taint.ts'
import type { PositionReport } from '../positions/grammar.ts'
import { isInertFilter } from '../positions/safe-filters.ts'
import type { Statement } from '../tree/statement.ts'
import { type InnerLanguage, innerLanguageOf, innerLanguages, operand, operandPlace } from './index.ts'
import type { TextAutomaton } from './language.ts'

/** One text of the outer place in which another language may live: a query value, the inside of a JSON string. */
interface Host {
  /** Whether literal text stands in it. */
  hasText: boolean
  readonly outputs: Set<Statement>
}

/** Where in the inner languages a position is. */
export interface HostedPosition {
  /** A state of each language that the template uses; `undefined` where it depends on the way to here. */
  readonly states: readonly (string | undefined)[]
  readonly hosts: ReadonlySet<Host>
}

const isText = /\S/

/**
 * Follows the languages that live inside values (SOQL, JQL, OData, …): whether an output stands between quotes
 * that the author wrote, and which outputs no filter protects.
 */
export class HostedText {
  readonly nowhere: HostedPosition
  /** Outputs that stand inside of what the author wrote, quotes or an operator, and that. */
  readonly quoted = new Map<Statement, string>()
  /** Outputs next to text that may be an embedded language; not those whose author says by `raw` that it is none. */
  readonly nextToText = new Set<Statement>()
  /** Outputs behind an operator, without quotes around them. */
  private readonly operands = new Set<Statement>()
  private readonly languages: readonly TextAutomaton[]
  private readonly hosts = new Map<number, Host>()
  private readonly report: PositionReport
  private readonly taint: Taint

  constructor(statements: readonly Statement[], { report, taint }: { report: PositionReport; taint: Taint }) {
    const used = new Set(statements.map(innerLanguageOf))
    const languages = [...innerLanguages.values()].filter((language) => used.has(language))
    this.languages = statements.some(isPlain) ? [...languages, operandPlace] : languages
    this.report = report
    this.taint = taint
    this.nowhere = { states: this.languages.map(({ start }) => start), hosts: new Set() }
  }

  /** A new text begins. */
  begin(offset: number): HostedPosition {
    const host = this.hosts.get(offset) ?? { hasText: false, outputs: new Set() }
    this.hosts.set(offset, host)
    return { states: this.nowhere.states, hosts: new Set([host]) }
  }

  /** One character of literal text, as the inner language will read it. */
  literal(position: HostedPosition, char: string): HostedPosition {
    if (isText.test(char)) for (const host of position.hosts) host.hasText = true
    if (this.languages.length === 0) return position
    const states = this.languages.map((language, index) =>
      stepThrough(language, position.states[index], char),
    )
    return { states, hosts: position.hosts }
  }

  output(position: HostedPosition, statement: Statement): HostedPosition {
    for (const host of position.hosts) host.outputs.add(statement)
    const language = innerLanguageOf(statement)
    if (language !== undefined) this.place(position, statement, language)
    if (this.languages.length === 0) return position
    const place = this.languages.indexOf(operandPlace)
    if (place !== -1 && [operand, undefined].includes(position.states[place])) this.operands.add(statement)
    // What comes after stands behind a literal, or behind one more word.
    const states = this.languages.map((other, index) => {
      const state = position.states[index]
      if (state === undefined) return undefined
      if (other === language && !this.quoted.has(statement)) {
        return stepThrough(other, state, language.quote('x'))
      }
      return other.after?.(state) ?? stepThrough(other, state, 'x')
    })
    return { states, hosts: position.hosts }
  }

  join(one: HostedPosition, other: HostedPosition): HostedPosition {
    const states = this.languages.map((language, index) => {
      const [a, b] = [one.states[index], other.states[index]]
      return a === b ? a : a === undefined || b === undefined ? undefined : language.join?.(a, b)
    })
    return { states, hosts: new Set([...one.hosts, ...other.hosts]) }
  }

  same(one: HostedPosition, other: HostedPosition): boolean {
    return one.states.every((state, index) => state === other.states[index])
  }

  widen({ hosts }: HostedPosition): HostedPosition {
    return { states: this.languages.map(() => undefined), hosts }
  }

  /** Finds every output next to literal text, and warns of those that could change the meaning of that text. */
  finish(): void {
    for (const { hasText, outputs } of this.hosts.values()) {
      if (!hasText) continue
      for (const statement of outputs) {
        if (this.isUnprotected(statement)) this.warn(statement)
        const { filters = [] } = statement.expressions[0] ?? {}
        if (filters.at(-1)?.name !== 'raw') this.nextToText.add(statement)
      }
    }
  }

  private place(position: HostedPosition, statement: Statement, language: InnerLanguage): void {
    const { name, at } = language
    const state = position.states[this.languages.indexOf(language)]
    if (state === undefined) {
      const advice = `What comes before ${name} here depends on a branch: write quotes and operators in the same branch as the output.`
      this.report.fail('INVALID_INNER_LANGUAGE', advice, statement.begin)
      return
    }
    const spot = at(state)
    if (spot.kind === 'refused') this.report.fail('INVALID_INNER_LANGUAGE', spot.message, statement.begin)
    else if (spot.kind === 'inside') this.quoted.set(statement, spot.open)
  }

  private isUnprotected(statement: Statement): boolean {
    const origins = this.taint.ofStatement(statement)
    if (!origins.has('session') && !origins.has('caller')) return false
    if (isPlain(statement)) return this.operands.has(statement)
    const last = statement.expressions[0]?.filters.at(-1)?.name
    return (
      last === undefined ||
      !(last === 'raw' || isInertFilter(last) || innerLanguageOf(statement) !== undefined)
    )
  }

  private warn(statement: Statement): void {
    const filters = [...innerLanguages.keys()].join(', ')
    const advice = isPlain(statement)
      ? `A word that plain lets through can still be a keyword or a name, for no quotes stand around it: end it with the filter for the language (${filters}), or with number, or put quotes around it.`
      : `A value of the session or the caller is next to other text, which may be in an embedded language: end it with the filter for that language (${filters}), with number, between quotes also with plain, or with raw where the text is none.`
    this.report.warn('INNER_LANGUAGE', advice, statement.begin)
  }
}

function isPlain({ tag, expressions: [expression] }: Statement): boolean {
  return tag !== 'cycle' && expression?.filters.at(-1)?.name === 'plain'
}

function stepThrough({ step }: TextAutomaton, from: string | undefined, text: string): string | undefined {
  let state = from
  for (const char of text) if (state !== undefined) state = step(state, char)
  return state
}
