import { type Escape, encoded } from '../escape.ts'
import { markupAttribute, markupContent, markupUrl } from '../markup/escape-markup.ts'
import {
  contentState,
  decodesReferences,
  type MarkupFlavour,
  type MarkupState,
  step,
} from '../markup/tokenizer.ts'
import type { Statement } from '../statements.ts'
import type { Grammar, PositionReport } from './grammar.ts'
import type { Outputs } from './outputs.ts'

const contentEscape = encoded(markupContent)
const attributeEscape = encoded(markupAttribute)
const urlEscape = encoded(markupUrl)

const scriptAttribute = /^(?:on.*|style|srcdoc)$/i
const urlAttribute =
  /^(?:(?:.*:)?href|src|action|formaction|poster|data|ping|background|cite|codebase|manifest|from|to|values|by)$/i

const quoteIt = 'An output inside a tag stands in a quoted attribute value: write name="{{ value }}".'

/** XML and HTML: outputs stand in text and in quoted attribute values, escaped for them. */
export class MarkupGrammar implements Grammar<MarkupState> {
  readonly start = contentState
  readonly adviceToMeet =
    'One way through this tag leaves an element, attribute or comment open, another does not: write whole ones in each branch.'
  private readonly outputs: Outputs
  private readonly report: PositionReport
  private readonly flavour: MarkupFlavour

  constructor({ outputs, report }: { outputs: Outputs; report: PositionReport }, flavour: MarkupFlavour) {
    this.outputs = outputs
    this.report = report
    this.flavour = flavour
  }

  text(from: MarkupState, begin: number, end: number): MarkupState {
    let state = from
    for (let offset = begin; offset < end; offset += 1) {
      state = step(state, this.report.source[offset] ?? '', this.flavour)
      this.checkState(state, offset)
    }
    return state
  }

  output(state: MarkupState, statement: Statement): MarkupState {
    const found = this.escapeAt(state)
    if (typeof found === 'string') this.fail(found, statement.begin)
    else this.outputs.put(statement, found)
    return state.mode === 'quoted-value' ? { ...state, begins: false } : state
  }

  join(one: MarkupState, other: MarkupState): MarkupState | undefined {
    const isSame =
      one.mode === other.mode &&
      one.tag === other.tag &&
      one.isEndTag === other.isEndTag &&
      (one.mode !== 'quoted-value' || (one.quote === other.quote && one.attribute === other.attribute))
    if (!isSame) return undefined
    const tail = one.tail === other.tail ? one.tail : ''
    return { ...one, begins: one.begins || other.begins, tail }
  }

  same(one: MarkupState, other: MarkupState): boolean {
    return one.begins === other.begins && one.tail === other.tail && one.mode === other.mode
  }

  widen(state: MarkupState): MarkupState {
    return { ...state, begins: true, tail: '' }
  }

  end({ mode }: MarkupState): void {
    if (mode !== 'content')
      this.fail('A tag, comment or element is still open at the end: close it.', this.report.source.length)
  }

  /** How an output is made safe here, or what to write instead. */
  private escapeAt(state: MarkupState): Escape | string {
    const { mode, attribute, begins } = state
    switch (mode) {
      case 'content':
        return contentEscape
      case 'quoted-value':
        if (!this.flavour.active) return attributeEscape
        if (scriptAttribute.test(attribute)) {
          return 'A value in this attribute would run as code: put it into a data-… attribute.'
        }
        return begins && urlAttribute.test(attribute) ? urlEscape : attributeEscape
      case 'raw-text':
        if (decodesReferences(state)) return contentEscape
        return 'Nothing is escaped inside this element, so that a value could end it: put it into a data-… attribute.'
      case 'comment':
        return 'A value in a comment could end it: write it outside of the comment.'
      case 'cdata':
        return 'A value in a CDATA section could end it: write it outside, where it is escaped.'
      case 'declaration':
      case 'after-bang':
      case 'instruction':
        return 'A declaration or processing instruction is literal: write the value into an element.'
      default:
        return quoteIt
    }
  }

  /** Text that browsers and we could read in two ways. */
  private checkState({ mode, tag, tail }: MarkupState, offset: number): void {
    if (mode === 'raw-text' && tag === 'script' && tail.endsWith('<!--')) {
      this.fail('A script with <!-- in it has no clear end: remove it.', offset)
    }
    if (this.flavour.html && mode === 'declaration' && tail === '[') {
      this.fail('HTML has no CDATA sections: write the text itself, escaped.', offset)
    }
  }

  private fail(message: string, offset: number): void {
    this.report.fail('INVALID_MARKUP_TEMPLATE', message, offset)
  }
}
