import type { Statement } from '../tree/statement.ts'
import { graphql } from './graphql.ts'
import { jql } from './jql.ts'
import type { InnerLanguage } from './language.ts'
import { odata } from './odata.ts'
import { soql } from './soql.ts'
import { sysparm } from './sysparm.ts'

export type { InnerLanguage } from './language.ts'
export { operand, operandPlace, requireNumber, requirePlain } from './plain.ts'
export { valueWriter } from './write-value.ts'

/** The languages that live inside values, by the name of their filter. */
export const innerLanguages: ReadonlyMap<string, InnerLanguage> = new Map(
  [soql, odata, jql, sysparm, graphql].map((language) => [language.name, language]),
)

/** The language that an output is quoted for; its filter stands last, but for `raw`. */
export function innerLanguageOf({ tag, expressions: [expression] }: Statement): InnerLanguage | undefined {
  if (tag === 'cycle' || expression === undefined) return undefined
  const last = expression.filters.findLast(({ name }) => name !== 'raw')
  return last === undefined ? undefined : innerLanguages.get(last.name)
}
