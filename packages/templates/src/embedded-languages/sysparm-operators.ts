/**
 * The operators of encoded queries (ServiceNow, "Operators available for filters and queries"), with those that only
 * scripts and older releases know. Each ends where the value begins, with nothing between them.
 */
const operators: readonly string[] = [
  ...['=', '!=', '<>', '<', '<=', '>', '>=', '*', '!*', '%'],
  ...['LIKE', 'NOT LIKE', 'NOTLIKE', 'CONTAINS', 'DOES NOT CONTAIN', 'STARTSWITH', 'NOTSTARTSWITH'],
  ...['ENDSWITH', 'NOTENDSWITH', 'SOUNDSLIKE', 'MATCH_PAT', 'MATCH_RGX'],
  ...['IN', 'NOT IN', 'NOTIN', 'INSTANCEOF', 'INHIERARCHY', 'IN_HIERARCHY', 'DYNAMIC', 'BETWEEN'],
  ...['ISEMPTY', 'ISNOTEMPTY', 'EMPTYSTRING', 'NOTEMPTYSTRING', 'ANYTHING', 'NULL', 'NOT NULL'],
  ...['SAMEAS', 'NSAMEAS', 'GT_FIELD', 'LT_FIELD', 'GT_OR_EQUALS_FIELD', 'LT_OR_EQUALS_FIELD'],
  ...['ON', 'NOTON', 'DATEPART', 'MORETHAN', 'LESSTHAN'],
  ...['RELATIVEGT', 'RELATIVEGE', 'RELATIVELT', 'RELATIVELE', 'RELATIVEEE'],
  ...['VALCHANGES', 'CHANGES', 'CHANGESFROM', 'CHANGESTO'],
]

/** Whether an operator begins with this text, or is it. */
export function beginsOperator(text: string): boolean {
  return operators.some((operator) => operator.startsWith(text))
}

/** Whether the text is an operator, with the begin of a value or without. */
export function holdsOperator(text: string): boolean {
  return operators.some((operator) => text.startsWith(operator))
}

/** Whether more text could make another operator of this one. */
export function canBeLengthened(text: string): boolean {
  return operators.some((operator) => operator.length > text.length && operator.startsWith(text))
}

/** Whether the value makes another operator of what comes before it. ServiceNow may trim it, and ignore its case. */
export function lengthens(text: string, value: string): boolean {
  const whole = (text + value.trimStart()).toUpperCase()
  return operators.some(
    (operator) => operator.length > text.length && operator.startsWith(text) && whole.startsWith(operator),
  )
}
