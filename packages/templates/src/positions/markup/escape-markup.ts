import { RenderFailure } from '../../evaluate/render-error.ts'

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // A parser would fold these in attributes, and a bare CR everywhere (XML 1.0 §2.11, §3.3.3).
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** What neither XML nor HTML can hold, also as a reference (XML 1.0 §2.2). */
const impossible = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

const harmlessSchemes: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel'])

/** Text between tags. */
export function markupContent(text: string): string {
  return checked(text).replace(/[&<>"'\r]/g, (char) => references[char] ?? char)
}

/** The inside of a quoted attribute value. */
export function markupAttribute(text: string): string {
  return checked(text).replace(/[&<>"'\t\n\r]/g, (char) => references[char] ?? char)
}

/** The same, where it begins a URL that a browser may follow. */
export function markupUrl(text: string): string {
  // Browsers drop controls and blanks at the beginning, and tabs and line breaks anywhere (URL §4.4).
  const seen = text.replace(/^[\x00-\x20]+|[\t\n\r]/g, '')
  const scheme = /^([^/?#]*?):/.exec(seen)?.[1]
  if (scheme !== undefined && !harmlessSchemes.has(scheme.toLowerCase())) {
    throw new RenderFailure('place', 'A link begins with http:, https:, mailto: or tel:, or has no scheme.')
  }
  return markupAttribute(text)
}

function checked(text: string): string {
  if (text.isWellFormed() && !impossible.test(text)) return text
  throw new RenderFailure(
    'place',
    'A value holds a character that markup cannot hold, such as a control character.',
  )
}
