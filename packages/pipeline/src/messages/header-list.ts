/** Header fields in order, repeats kept. */
export type HeaderList = readonly (readonly [name: string, value: string])[]

/** The value of a header, repeats joined as RFC 9110 §5.3 allows; `undefined` where it is absent. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  let value: string | undefined
  for (const [key, text] of headers) {
    if (key === name) value = value === undefined ? text : `${value}, ${text}`
  }
  return value
}
