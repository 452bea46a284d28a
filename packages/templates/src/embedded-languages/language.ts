/** Where an output stands in the text of an inner language. */
export type InnerSpot =
  | { readonly kind: 'outside' }
  /** Between quotes that the author wrote. */
  | { readonly kind: 'inside'; readonly open: string }
  /** Where no value can be made safe; the message says what to write instead. */
  | { readonly kind: 'refused'; readonly message: string }

/** A language that lives inside a string or a query value, as far as its string literals go. */
export interface InnerLanguage {
  readonly name: InnerLanguageName
  /**
   * A complete literal, quotes included.
   *
   * @throws RenderFailure for what the language cannot hold
   */
  readonly quote: (text: string) => string
  /**
   * What stands between quotes that the author wrote.
   *
   * @throws RenderFailure for what the language cannot hold
   */
  readonly content: (text: string, open: string) => string
  /** The state outside of any literal. */
  readonly start: string
  /** Follows one character of literal text. */
  readonly step: (state: string, char: string) => string
  readonly at: (state: string) => InnerSpot
}

export type InnerLanguageName = 'soql' | 'odata' | 'jql' | 'sysparm' | 'graphql'
