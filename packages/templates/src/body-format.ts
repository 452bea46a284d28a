/** How the text of a body is read, and so how values are made safe in it. */
export type BodyFormat = 'json' | 'form' | 'xml' | 'html' | 'active-xml' | 'text'

/** The format of a content type, or why no body template can be written for it. */
export type FormatOrRefusal =
  | { readonly format: BodyFormat; readonly refusal?: never }
  | { readonly format?: never; readonly refusal: string }

const utf8 = /^(?:utf-?8|us-ascii)$/i

/** Media types by their format; what stands nowhere here is text. */
const formats: readonly (readonly [RegExp, BodyFormat])[] = [
  // RFC 8259, RFC 6839 §3.1, and the older spelling.
  [/^(?:application|text)\/json$|\+json$/, 'json'],
  [/^application\/x-www-form-urlencoded$/, 'form'],
  // XML that browsers run scripts of.
  [/^(?:image\/svg\+xml|application\/xhtml\+xml|application\/mathml\+xml)$/, 'active-xml'],
  // RFC 7303 §9.
  [/^(?:application|text)\/xml(?:-external-parsed-entity|-dtd)?$|\+xml$/, 'xml'],
  [/^text\/html$/, 'html'],
]

/** The format of a body with this content type; none is JSON. */
export function bodyFormatOf(contentType: string): FormatOrRefusal {
  if (contentType.includes('{{') || contentType.includes('{%')) {
    return {
      refusal:
        'With a body template the content type is literal: values are escaped for it when the template is saved.',
    }
  }
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase())
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=')
    if (name?.trim() === 'charset' && !utf8.test(value.trim().replaceAll('"', ''))) {
      return { refusal: 'A body template is written as UTF-8: remove the charset.' }
    }
  }
  if (mediaType === '') return { format: 'json' }
  return { format: formats.find(([pattern]) => pattern.test(mediaType))?.[1] ?? 'text' }
}
