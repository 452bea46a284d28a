/** What APIs make of a text before they say it again, for tests of the response scan. */

/** One way to write a text. `before` and `after` are written the same way around it. */
export interface Spelling {
  readonly name: string
  write(value: string, before?: string, after?: string): Buffer
}

function spelling(name: string, write: (text: string) => string): Spelling {
  return { name, write: (value, before = '', after = '') => Buffer.from(write(before + value + after)) }
}

const unit = (text: string, prefix: string, digits: number) =>
  text.replace(/[\s\S]/g, (character) => prefix + character.charCodeAt(0).toString(16).padStart(digits, '0'))
const each = (text: string, write: (codePoint: number) => string) =>
  [...text].map((character) => write(character.codePointAt(0) ?? 0)).join('')
const json = (text: string) => JSON.stringify(text).slice(1, -1)
const html = (text: string, quotes: Readonly<Record<string, string>>) =>
  text.replace(
    /[&<>"'+/=]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? quotes[character] ?? character,
  )

/** One round of each. */
export const spellings: readonly Spelling[] = [
  spelling('raw', (text) => text),
  spelling('JSON', json),
  spelling('JSON with escaped slashes', (text) => json(text).replaceAll('/', '\\/')),
  spelling('JSON in ASCII', (text) =>
    json(text).replace(/[^ -~]/g, (character) => unit(character, '\\u', 4)),
  ),
  spelling('JSON that spares only letters', (text) =>
    json(text).replace(/[^\w\\"]/g, (character) =>
      unit(character, '\\u', 4).toUpperCase().replace('\\U', '\\u'),
    ),
  ),
  spelling('\\u for every character', (text) => unit(text, '\\u', 4)),
  {
    name: '\\x for every byte',
    write: (value, before = '', after = '') =>
      Buffer.from(
        Buffer.from(before + value + after)
          .toString('hex')
          .replace(/../g, '\\x$&'),
      ),
  },
  spelling('percent-encoded', encodeURIComponent),
  spelling('percent-encoded in lower case', (text) =>
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  ),
  spelling('percent-encoded but for slashes', (text) => encodeURIComponent(text).replaceAll('%2F', '/')),
  spelling('percent-encoded as a whole URL', encodeURI),
  spelling('percent-encoded wholly', (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&')),
  spelling('a form', (text) => new URLSearchParams({ a: text }).toString().slice(2)),
  spelling('HTML', (text) => html(text, { '"': '&quot;', "'": '&#39;' })),
  spelling('HTML with more', (text) =>
    html(text, { '"': '&#34;', "'": '&#x27;', '+': '&#43;', '/': '&#x2F;', '=': '&#x3d;' }),
  ),
  spelling('decimal references', (text) => each(text, (point) => `&#${point};`)),
  spelling('padded decimal references', (text) =>
    each(text, (point) => `&#${String(point).padStart(10, '0')};`),
  ),
  spelling('hexadecimal references', (text) => each(text, (point) => `&#x${point.toString(16)};`)),
]

/** What is searched in each round, beyond the text as it is. */
export const codings: readonly Spelling[] = [
  spelling('hex', (text) => Buffer.from(text).toString('hex')),
  spelling('hex in upper case', (text) => Buffer.from(text).toString('hex').toUpperCase()),
  spelling('base64', (text) => Buffer.from(text).toString('base64')),
  spelling('base64url', (text) => Buffer.from(text).toString('base64url')),
  spelling('base64 in lines of 76', (text) =>
    Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\r\n'),
  ),
  spelling('base64 in lines of 20', (text) => Buffer.from(text).toString('base64').replace(/.{20}/g, '$&\n')),
]

/** One after the other. */
export function nested(inner: Spelling, outer: Spelling): Spelling {
  return {
    name: `${inner.name}, then ${outer.name}`,
    write: (value, before, after) => outer.write(inner.write(value, before, after).toString()),
  }
}
