/** Where an output is in the text of an embedded language. */
export type InnerSpot =
  | { readonly kind: 'outside' }
  /** Between quotes that the author wrote, or right behind an operator that the value must not lengthen. */
  | { readonly kind: 'inside'; readonly open: string }
  /** Where no value can be made safe; the message says what to write instead. */
  | { readonly kind: 'refused'; readonly message: string }

/** Follows literal text, one character after the other. */
export interface TextAutomaton {
  /** The state before any text. */
  readonly start: string
  readonly step: (state: string, char: string) => string
  /** The state behind an output that this language did not quote; where absent, an output is one more word. */
  readonly after?: (state: string) => string
  /** The state where two ways meet in different ones, if something can be said; where absent, nothing can. */
  readonly join?: (one: string, other: string) => string | undefined
}

/** A language that lives inside a string or a query value, as far as its string literals go. */
export interface InnerLanguage extends TextAutomaton {
  readonly name: InnerLanguageName
  /** Whether a list can be written, as literals with commas between them. */
  readonly hasLists: boolean
  /**
   * A complete literal, quotes included.
   *
   * @throws RenderFailure for what the language cannot hold
   */
  readonly quote: (text: string) => string
  /**
   * A value inside of what the author wrote: quotes, or behind an operator.
   *
   * @throws RenderFailure for what the language cannot hold
   */
  readonly content: (text: string, open: string) => string
  readonly at: (state: string) => InnerSpot
}

export type InnerLanguageName = 'soql' | 'odata' | 'jql' | 'sysparm' | 'graphql'
