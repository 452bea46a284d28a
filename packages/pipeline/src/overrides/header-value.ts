// RFC 9110 §5.5: visible characters, space, tab and obs-text. Everything else could end the line or be cut.
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/
const addsACookie = /[;,"]/

/** The place's rule that a header value breaks, or `undefined` where it may be sent. */
export function invalidHeaderValue(name: string, value: string): 'header_value' | 'cookie_value' | undefined {
  if (!fieldValue.test(value)) return 'header_value'
  return name.toLowerCase() === 'cookie' && addsACookie.test(value) ? 'cookie_value' : undefined
}
