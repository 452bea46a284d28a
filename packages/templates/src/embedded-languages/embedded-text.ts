import type { Taint } from '../analysis/taint.ts'
import type { PositionReport } from '../positions/grammar.ts'
import { isInertFilter } from '../positions/safe-filters.ts'
import type { Statement } from '../tree/statement.ts'
import { type InnerLanguage, innerLanguageOf, innerLanguages } from './index.ts'

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
  /** Outputs that stand between quotes of the author, and the quote. */
  readonly quoted = new Map<Statement, string>()
  private readonly languages: readonly InnerLanguage[]
  private readonly hosts = new Map<number, Host>()
  private readonly report: PositionReport
  private readonly taint: Taint

  constructor(statements: readonly Statement[], { report, taint }: { report: PositionReport; taint: Taint }) {
    const used = new Set(statements.map(innerLanguageOf))
    this.languages = [...innerLanguages.values()].filter((language) => used.has(language))
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
    // What comes after stands behind a literal, or behind one more word.
    const states = this.languages.map((other, index) => {
      const isLiteral = other === language && !this.quoted.has(statement)
      return stepThrough(other, position.states[index], isLiteral ? other.quote('x') : 'x')
    })
    return { states, hosts: position.hosts }
  }

  join(one: HostedPosition, other: HostedPosition): HostedPosition {
    const states = one.states.map((state, index) => (state === other.states[index] ? state : undefined))
    return { states, hosts: new Set([...one.hosts, ...other.hosts]) }
  }

  same(one: HostedPosition, other: HostedPosition): boolean {
    return one.states.every((state, index) => state === other.states[index])
  }

  widen({ hosts }: HostedPosition): HostedPosition {
    return { states: this.languages.map(() => undefined), hosts }
  }

  /** Warns of every output beside literal text that could change the meaning of that text. */
  finish(): void {
    for (const { hasText, outputs } of this.hosts.values()) {
      if (!hasText) continue
      for (const statement of outputs) if (this.isUnprotected(statement)) this.warn(statement)
    }
  }

  private place(position: HostedPosition, statement: Statement, language: InnerLanguage): void {
    const { name, at } = language
    const state = position.states[this.languages.indexOf(language)]
    if (state === undefined) {
      const advice = `Whether ${name} stands between quotes here depends on a branch: open and close quotes in the same branch.`
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
    const last = statement.expressions[0]?.filters.at(-1)?.name
    return (
      last === undefined ||
      !(last === 'raw' || isInertFilter(last) || innerLanguageOf(statement) !== undefined)
    )
  }

  private warn({ begin }: Statement): void {
    const filters = [...innerLanguages.keys()].join(', ')
    const advice = `A value of the session or the caller stands beside other text, which may be a language of its own: end it with the filter for that language (${filters}), with plain, or with raw where the text is none.`
    this.report.warn('INNER_LANGUAGE', advice, begin)
  }
}

function stepThrough({ step }: InnerLanguage, from: string | undefined, text: string): string | undefined {
  let state = from
  for (const char of text) if (state !== undefined) state = step(state, char)
  return state
}
