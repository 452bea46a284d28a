import type { Statement } from '../../tree/statement.ts'
import { type Escape, encoded } from '../escaping/escape.ts'
import type { Grammar, PositionReport } from '../grammar.ts'
import type { Outputs } from '../outputs.ts'
import { markupAttribute, markupContent, markupUrl } from './escape-markup.ts'
import {
  afterOutput,
  contentState,
  decodesReferences,
  type MarkupFlavour,
  type MarkupState,
  step,
} from './tokenizer.ts'

const contentEscape = encoded(markupContent)
const attributeEscape = encoded(markupAttribute)
const urlEscape = encoded(markupUrl)

const scriptAttribute = /^(?:on.*|style|srcdoc)$/i
const urlAttribute =
  /^(?:(?:.*:)?href|src|action|formaction|poster|data|ping|background|cite|codebase|manifest|from|to|values|by)$/i

/** Elements whose URL says which code runs, or where every other URL leads. */
const codeElement = /^(?:.*:)?(?:script|object|embed|base)$/i

/** Where the name of the attribute still matters. */
const ofAttribute: ReadonlySet<MarkupState['mode']> = new Set([
  'attribute-name',
  'after-attribute-name',
  'before-value',
  'quoted-value',
])

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
      const char = this.report.source[offset] ?? ''
      this.checkScheme(state, char, offset)
      state = step(state, char, this.flavour)
      this.checkState(state, offset)
    }
    return state
  }

  output(state: MarkupState, statement: Statement): MarkupState {
    const found = this.escapeAt(state)
    if (typeof found === 'string') this.fail(found, statement.begin)
    else this.outputs.put(statement, found)
    return state.mode === 'quoted-value' && state.begins ? { ...state, tail: afterOutput } : state
  }

  join(one: MarkupState, other: MarkupState): MarkupState | undefined {
    const isSame =
      one.mode === other.mode &&
      one.tag === other.tag &&
      one.isEndTag === other.isEndTag &&
      (!ofAttribute.has(one.mode) || one.attribute === other.attribute) &&
      (!hasQuote.has(one.mode) || one.quote === other.quote)
    const tail = joinTails(one, other)
    if (!isSame || tail === undefined) return undefined
    return { ...one, begins: one.begins || other.begins, tail }
  }

  same(one: MarkupState, other: MarkupState): boolean {
    return one.begins === other.begins && one.tail === other.tail && one.mode === other.mode
  }

  widen(state: MarkupState): MarkupState {
    return { ...state, begins: true, tail: state.mode === 'quoted-value' ? afterOutput : state.tail }
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
        if (!begins || !urlAttribute.test(attribute)) return attributeEscape
        if (codeElement.test(state.tag)) {
          return 'A value would choose whose code runs here: begin the URL with literal text.'
        }
        return urlEscape
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

  /** A value may hold a whole scheme, but not the word before a colon that the author wrote. */
  private checkScheme({ mode, begins, tail, attribute }: MarkupState, char: string, offset: number): void {
    if (!this.flavour.active || mode !== 'quoted-value' || !begins || !urlAttribute.test(attribute)) return
    if (!tail.startsWith(afterOutput)) return
    if (char === ':' || (tail.endsWith('&') && char !== 'a')) {
      this.fail('A value would choose the scheme of this link: write the scheme yourself.', offset)
    }
  }

  /** Text that browsers and we could read in two ways. */
  private checkState({ mode, tag, tail }: MarkupState, offset: number): void {
    if (mode === 'raw-text' && tag === 'script' && tail.endsWith('<!--')) {
      this.fail('A script with <!-- in it has no clear end: remove it.', offset)
    }
    if (mode === 'raw-text' && decodedTag.test(tag) && opensInside(tag, tail)) {
      this.fail('Inside this element browsers take a tag for text, but not in SVG: write &lt;.', offset)
    }
    if (mode === 'declaration' && tail === '[') {
      this.fail('Declarations in brackets and CDATA sections of HTML are literal: leave them out.', offset)
    }
  }

  private fail(message: string, offset: number): void {
    this.report.fail('INVALID_MARKUP_TEMPLATE', message, offset)
  }
}

const decodedTag = /^(?:title|textarea)$/
const hasQuote: ReadonlySet<MarkupState['mode']> = new Set(['quoted-value', 'raw-text', 'declaration'])

/** Whether markup would begin at the end of this text if it were not raw. */
function opensInside(tag: string, tail: string): boolean {
  const opening = /<(\/?)([a-z!?][^<\s]*)$/i.exec(tail)
  if (opening === null) return false
  return opening[1] === '' || !tag.startsWith((opening[2] ?? '').toLowerCase())
}

/** What the end of a text says of what comes next: dashes may close a comment, `</scrip` may become an end tag. */
function significant({ mode, tail }: MarkupState): string {
  if (mode === 'quoted-value') return tail
  return /[<\]?\-/][^>\s]*$/.exec(tail)?.[0] ?? ''
}

/** The tail of two ways that meet; nothing where the next sign would mean two things. */
function joinTails(one: MarkupState, other: MarkupState): string | undefined {
  if (one.tail === other.tail) return one.tail
  if (one.mode === 'quoted-value') {
    return one.tail.startsWith(afterOutput) || other.tail.startsWith(afterOutput) ? afterOutput : ''
  }
  const tail = significant(one)
  return tail === significant(other) ? tail : undefined
}
