/** The forms in which an API can repeat what it was sent (spec: "No echo"). */

/** Values of fewer bytes are not searched for: by chance they stand in answers that repeat nothing. */
export const shortestSearchedBytes = 16

/** What no encoder touches, such as a token: nearly all forms are the value itself. */
const isNeverEscaped = /^[\w.-]+$/

/** A value as it is, JSON-, percent- and HTML-escaped, in hex, and in Base64 at all three alignments. */
export function formsOf(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value, 'utf8')
  const hex = bytes.toString('hex')
  const texts = isNeverEscaped.test(value)
    ? everyByte(hex)
    : [...everyByte(hex), ...jsonForms(value), ...percentForms(value), ...htmlForms(value)]
  const coded = [hex, hex.toUpperCase(), ...base64Forms(bytes)]
  const forms = new Map([value, ...texts, ...coded].map((form) => [form, Buffer.from(form, 'utf8')]))
  return [...forms.values()]
}

/** RFC 8259 §7: what must be escaped, and what encoders escape besides. */
function jsonForms(value: string): readonly string[] {
  const plain = JSON.stringify(value).slice(1, -1)
  const forHtml = plain.replace(/[<>&'\u2028\u2029]/g, unicodeEscape)
  const ascii = plain.replace(/[\u0080-\uffff]/g, unicodeEscape)
  const upper = ascii.replace(/\\u[0-9a-f]{4}/g, (sequence) => `\\u${sequence.slice(2).toUpperCase()}`)
  const forms = [plain, forHtml, ascii, upper, forHtml.replace(/[\u0080-\uffff]/g, unicodeEscape)]
  return [...forms, ...forms.map((form) => form.replaceAll('/', '\\/'))]
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Percent-encoding that spares nothing (RFC 3986 §2.1). */
function everyByte(hex: string): readonly string[] {
  const lower = hex.replace(/../g, '%$&')
  return [lower, lower.toUpperCase()]
}

/** RFC 3986 §2.1 and encoders' and forms' own ways; hexadecimal digits in either case. */
function percentForms(value: string): readonly string[] {
  const component = encodeURIComponent(value.toWellFormed())
  const strict = component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
  const form = new URLSearchParams({ v: value }).toString().slice(2)
  const whole = encodeURI(value.toWellFormed())
  const forms = [component, strict, form, whole]
  const withCase = (change: (hex: string) => string) =>
    forms.map((text) => text.replace(/%[0-9a-f]{2}/gi, change))
  return [...withCase((hex) => hex.toUpperCase()), ...withCase((hex) => hex.toLowerCase())]
}

const htmlEntities: readonly Readonly<Record<string, string>>[] = [
  { '"': '&quot;', "'": '&#39;' },
  { '"': '&quot;', "'": '&#x27;' },
  { '"': '&quot;', "'": '&#039;' },
  { '"': '&quot;', "'": '&apos;' },
  { '"': '&#34;', "'": '&#39;' },
  { '"': '&#34;', "'": '&#39;', '+': '&#43;' },
  { '"': '&quot;', "'": '&#39;', '/': '&#x2F;', '`': '&#x60;', '=': '&#x3D;' },
  {},
]

/** Encoders agree on `&`, `<` and `>` only. */
function htmlForms(value: string): readonly string[] {
  return htmlEntities.map((entities) =>
    value.replace(/[&<>"'+/`=]/g, (character) => {
      if (character === '&') return '&amp;'
      if (character === '<') return '&lt;'
      if (character === '>') return '&gt;'
      return entities[character] ?? character
    }),
  )
}

/** The characters that depend on the value alone, whatever stands before and behind it (RFC 4648 §4, §5). */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const own = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.byteLength) * 8) / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
