import { numberFrom } from './exact-number.ts'

// Where a number can lose digits: many of them, zeros at the end of a fraction or many at its begin, an exponent, -0.
// What looks like one inside a text is a false alarm, which only costs time.
const suspect =
  /(?:^|[:,[\s])-?(?:[\d.]{16,}|0\.0{6}|\d+\.\d*0(?=[,}\]\s]|$)|\d+(?:\.\d+)?[eE]|(?<=-)0(?=[,}\]\s]|$))/

/**
 * Parses JSON; numbers keep the digits that they are written with.
 *
 * @throws SyntaxError as `JSON.parse`
 */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return suspect.test(text) ? new Reader(text).value() : value
}

const numberToken = /-?[\d.eE+-]+/y

/** Reads what `JSON.parse` has found right. */
class Reader {
  private readonly text: string
  private position = 0

  constructor(text: string) {
    this.text = text
  }

  value(): unknown {
    switch (this.next()) {
      case '{':
        return this.object()
      case '[':
        return this.array()
      case '"':
        return this.string()
      case 't':
        return this.word('true', true)
      case 'f':
        return this.word('false', false)
      case 'n':
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  private object(): object {
    const object: Record<string, unknown> = {}
    this.position += 1
    while (this.next() !== '}') {
      const key = this.string()
      this.skip(':')
      const value = this.value()
      if (key === '__proto__') define(object, value)
      else object[key] = value
      if (this.next() === ',') this.skip(',')
    }
    this.position += 1
    return object
  }

  private array(): unknown[] {
    const array: unknown[] = []
    this.position += 1
    while (this.next() !== ']') {
      array.push(this.value())
      if (this.next() === ',') this.skip(',')
    }
    this.position += 1
    return array
  }

  private string(): string {
    this.next()
    const begin = this.position
    let end = begin + 1
    for (;;) {
      end = this.text.indexOf('"', end)
      let escapes = 0
      while (this.text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1
      end += 1
      if (escapes % 2 === 0) break
    }
    this.position = end
    const written = this.text.slice(begin + 1, end - 1)
    return written.includes('\\') ? JSON.parse(`"${written}"`) : written
  }

  private number(): unknown {
    numberToken.lastIndex = this.position
    const digits = numberToken.exec(this.text)?.[0] ?? ''
    this.position += digits.length
    return numberFrom(digits)
  }

  private word<Value>(word: string, value: Value): Value {
    this.position += word.length
    return value
  }

  private skip(char: string): void {
    this.next()
    this.position += char.length
  }

  /** The next character that is no blank. */
  private next(): string {
    for (;;) {
      const code = this.text.charCodeAt(this.position)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break
      this.position += 1
    }
    return this.text[this.position] ?? ''
  }
}

const backslash = 0x5c

/** As `JSON.parse`: a key like any other. */
function define(object: object, value: unknown): void {
  Object.defineProperty(object, '__proto__', { value, writable: true, enumerable: true, configurable: true })
}
