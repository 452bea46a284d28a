/** XML, HTML, or XML that a browser runs (SVG, XHTML). */
export interface MarkupFlavour {
  readonly html: boolean
  /** Whether attributes and elements can hold scripts. */
  readonly active: boolean
}

type Mode =
  | 'content'
  | 'less-than'
  | 'end-tag-open'
  | 'tag-name'
  | 'in-tag'
  | 'attribute-name'
  | 'after-attribute-name'
  | 'before-value'
  | 'unquoted-value'
  | 'quoted-value'
  | 'after-bang'
  | 'comment'
  | 'cdata'
  | 'declaration'
  | 'instruction'
  | 'raw-text'

/** A state of the tokenizer (HTML §13.2.5; XML 1.0 §2 and §3), as far as outputs need it. */
export interface MarkupState {
  readonly mode: Mode
  /** Of the tag that is open, or whose raw text this is: local name, in lower case for HTML. */
  readonly tag: string
  readonly isEndTag: boolean
  readonly attribute: string
  /** Of a quoted value. */
  readonly quote: string
  /** Whether the value may have nothing in it yet. */
  readonly begins: boolean
  /** The last characters of a comment, a section, a declaration or raw text. */
  readonly tail: string
}

export const contentState: MarkupState = {
  mode: 'content',
  tag: '',
  isEndTag: false,
  attribute: '',
  quote: '',
  begins: false,
  tail: '',
}

/** Elements in which nothing is markup until their end tag; in the first two, references are still decoded. */
const decodedText: ReadonlySet<string> = new Set(['title', 'textarea'])
const rawText: ReadonlySet<string> = new Set([
  'script',
  'style',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
  'noscript',
  'plaintext',
])

/** How the tail of a comment begins, so that its own dashes are told from those of `<!--`. */
const commentOpening = '<!--'

/** How the tail of a quoted value begins once an output stands in it. */
export const afterOutput = '\u0000'

/** In XML nothing ends an element inside of these. */
const sections: readonly (readonly [string, string])[] = [
  ['<![CDATA[', ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
]

const blank = /[ \t\n\r\f]/

/** HTML takes `<_` and `<é` for text (§13.2.5.6); they begin names in XML. */
function beginsName(char: string, { html }: MarkupFlavour): boolean {
  return html ? /[A-Za-z]/.test(char) : /[A-Za-z_:]|[^\x00-\x7f]/.test(char)
}

/** Whether the text of an element can be escaped with references. */
export function decodesReferences({ tag }: MarkupState): boolean {
  return decodedText.has(tag)
}

/** The state after one character of literal text. */
export function step(state: MarkupState, char: string, flavour: MarkupFlavour): MarkupState {
  switch (state.mode) {
    case 'content':
      return char === '<' ? { ...state, mode: 'less-than' } : state
    case 'less-than':
      return afterLessThan(state, char, flavour)
    case 'end-tag-open':
      if (beginsName(char, flavour)) return { ...state, mode: 'tag-name', tag: char, isEndTag: true }
      return char === '>' ? contentState : { ...state, mode: 'instruction', tail: char }
    case 'tag-name':
    case 'in-tag':
    case 'attribute-name':
    case 'after-attribute-name':
    case 'before-value':
    case 'unquoted-value':
    case 'quoted-value':
      return inTag(state, char, flavour)
    case 'after-bang':
      return afterBang({ ...state, tail: state.tail + char }, flavour)
    case 'comment':
      return char === '>' && closesComment(state.tail, flavour) ? contentState : withTail(state, char)
    case 'cdata':
      return char === '>' && state.tail.endsWith(']]') ? contentState : withTail(state, char)
    case 'declaration':
      return inDeclaration(state, char, flavour)
    case 'instruction':
      return char === '>' && (flavour.html || state.tail.endsWith('?')) ? contentState : withTail(state, char)
    case 'raw-text':
      return inRawText(state, char, flavour)
  }
}

function afterLessThan(state: MarkupState, char: string, flavour: MarkupFlavour): MarkupState {
  if (char === '/') return { ...state, mode: 'end-tag-open' }
  if (char === '!') return { ...state, mode: 'after-bang', tail: '' }
  if (char === '?') return { ...state, mode: 'instruction', tail: '' }
  if (beginsName(char, flavour)) return { ...state, mode: 'tag-name', tag: char, isEndTag: false }
  // HTML shows a lone `<` as text.
  return flavour.html && char !== '<' ? contentState : state
}

function inTag(from: MarkupState, char: string, flavour: MarkupFlavour): MarkupState {
  const { mode } = from
  if (mode === 'quoted-value') return inQuotedValue(from, char)
  if (char === '>') return afterTag(from, flavour)
  const state = from.tail === '' ? from : { ...from, tail: '' }
  if (mode === 'before-value' && (char === '"' || char === "'")) {
    return { ...state, mode: 'quoted-value', quote: char, begins: true }
  }
  if (blank.test(char)) {
    if (mode === 'attribute-name') return { ...state, mode: 'after-attribute-name' }
    return mode === 'tag-name' || mode === 'unquoted-value' ? { ...state, mode: 'in-tag' } : state
  }
  if (mode === 'before-value' || mode === 'unquoted-value') return { ...state, mode: 'unquoted-value' }
  if (char === '/') return { ...state, mode: 'in-tag', tail: '/' }
  if (mode === 'tag-name') return { ...state, tag: state.tag + char }
  if (char === '=' && mode !== 'in-tag') return { ...state, mode: 'before-value' }
  if (mode === 'attribute-name') return { ...state, attribute: state.attribute + char }
  return { ...state, mode: 'attribute-name', attribute: char }
}

/** Until a sign that no scheme holds, the scheme of a URL is not settled; `&#…` may stand for any sign. */
function inQuotedValue(state: MarkupState, char: string): MarkupState {
  if (char === state.quote) return { ...state, mode: 'in-tag', tail: '' }
  if (!state.begins) return state
  const isSettled = /[/?:]/.test(char) || (char === '#' && !state.tail.endsWith('&'))
  if (isSettled) return { ...state, begins: false, tail: '' }
  return { ...state, tail: (state.tail.startsWith(afterOutput) ? afterOutput : '') + char }
}

function afterTag({ tag, isEndTag, tail }: MarkupState, { html, active }: MarkupFlavour): MarkupState {
  if (!html && tail === '/') return contentState
  const name = localName(tag, html)
  const isRaw = html ? rawText.has(name) || decodedText.has(name) : active && /^(?:script|style)$/i.test(name)
  return isRaw && !isEndTag ? { ...contentState, mode: 'raw-text', tag: name } : contentState
}

function afterBang(state: MarkupState, { html }: MarkupFlavour): MarkupState {
  const { tail } = state
  if (tail === '--') return { ...state, mode: 'comment', tail: html ? commentOpening : '' }
  if (!html && tail === '[CDATA[') return { ...state, mode: 'cdata', tail: '' }
  if (tail === '-' || (!html && '[CDATA['.startsWith(tail))) return state
  return inDeclaration({ ...state, mode: 'declaration', tail: '' }, tail.slice(-1), { html, active: false })
}

/** A declaration may hold others in brackets, and in XML any sign between quotes (XML 1.0 §2.8). */
function inDeclaration(state: MarkupState, char: string, { html }: MarkupFlavour): MarkupState {
  if (state.quote !== '') return char === state.quote ? { ...state, quote: '' } : state
  if (!html && (char === '"' || char === "'")) return { ...state, quote: char }
  if (char === '>' && state.tail !== '[') return contentState
  if (char === '[') return { ...state, tail: '[' }
  return char === ']' ? { ...state, tail: '' } : state
}

function closesComment(tail: string, { html }: MarkupFlavour): boolean {
  if (tail.endsWith('--')) return true
  // The dashes that open a comment close it before `>`, but not before `!>` (HTML §13.2.5.43).
  const isOpening = tail === `${commentOpening}!` || tail === `${commentOpening}-!`
  return html && tail.endsWith('--!') && !isOpening
}

function inRawText(from: MarkupState, char: string, { html }: MarkupFlavour): MarkupState {
  const state = html ? from : inSection(from, char)
  const { tag, tail } = state
  if (state.quote !== '') return withTail(state, char)
  const isEnd = tail.toLowerCase().endsWith(`</${tag.toLowerCase()}`) && /[ \t\n\r\f/>]/.test(char)
  if (!isEnd || (html && tag === 'plaintext')) return withTail(state, char)
  return char === '>' ? contentState : { ...contentState, mode: 'in-tag', tag, isEndTag: true }
}

/** A section of a script in XML; its end is kept as its quote. */
function inSection(state: MarkupState, char: string): MarkupState {
  const seen = state.tail + char
  if (state.quote !== '') return seen.endsWith(state.quote) ? { ...state, quote: '' } : state
  const section = sections.find(([opening]) => seen.endsWith(opening))
  return section === undefined ? state : { ...state, quote: section[1] }
}

function withTail(state: MarkupState, char: string): MarkupState {
  return { ...state, tail: (state.tail + char).slice(-16) }
}

/** Without its prefix; HTML folds case. */
function localName(tag: string, html: boolean): string {
  const local = tag.slice(tag.lastIndexOf(':') + 1)
  return html ? local.toLowerCase() : local
}
