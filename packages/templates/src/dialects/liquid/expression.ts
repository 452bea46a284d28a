import { adviceFor, checkArgument, example } from '../../functions.ts'
import { limits } from '../../limits/limits.ts'
import { type FunctionName, functions, isFunctionWord, isKeyword } from '../../names.ts'
import {
  type Call,
  type CompareOperator,
  type Condition,
  compareOperators,
  type Filter,
  type Filtered,
  type Literal,
  type Nothing,
  type NothingWord,
  type Path,
  type Property,
  type Range,
  type Value,
} from '../../tree/expressions.ts'
import { Scanner, word } from './scanner.ts'

/** Which values are unusual but right where they are asked for. */
interface Allowed {
  readonly range?: boolean
  /** `nil`, `null`, `empty`, `blank`: things to compare with. */
  readonly nothing?: boolean
}

const propertyWord = /[A-Za-z0-9_-]+\??/y
const operator = /==|!=|>=|<=|>|<|contains(?![A-Za-z0-9_?-])/y
const nothingWords: Readonly<Record<string, NothingWord>> = {
  nil: 'nil',
  null: 'nil',
  empty: 'empty',
  blank: 'blank',
}

/**
 * Reads what stands inside a marker, more strictly than LiquidJS: whatever it would pass over in silence is an
 * error here.
 */
export class ExpressionReader extends Scanner {
  private depth = 0

  /** `value | filter: argument | …` up to the end. */
  filtered(): Filtered {
    const value = this.value()
    const filters: Filter[] = []
    while (this.takes('|')) filters.push(this.filter())
    this.finish()
    return { value, filters }
  }

  /** `a == b and not c` up to the end. Liquid reads `and` and `or` from the right, neither before the other. */
  condition(): Condition {
    const operands = [this.comparison()]
    const joints: ('all' | 'any')[] = []
    for (;;) {
      const joint = this.takesWord('and') ? 'all' : this.takesWord('or') ? 'any' : undefined
      if (joint === undefined) break
      joints.push(joint)
      operands.push(this.comparison())
    }
    if (this.peek() === '|') {
      this.fail('SYNTAX', 'A condition takes no filter: write {% assign x = … | … %} first and use x here.')
    }
    this.finish()
    return this.joined(operands, joints)
  }

  /** One value. */
  value(allowed: Allowed = {}): Value {
    this.blanks()
    const char = this.peek()
    if (char === '"' || char === "'") return this.text()
    if (/[0-9+-]/.test(char)) return this.number()
    if (char === '(') return this.range(allowed)
    if (char === '[') {
      this.fail('SYNTAX', 'A name cannot be computed: write the name itself, such as body["key"].')
    }
    const begin = this.position
    const root = this.match(word)
    if (root === undefined) this.fail('SYNTAX', this.atEnd() ? 'A value is missing here.' : this.unexpected())
    return this.literalWord(root, begin, allowed) ?? this.path(root, begin)
  }

  private comparison(): Condition {
    const isNegated = this.takesWord('not')
    const left = this.value({ nothing: true })
    this.blanks()
    const found = this.match(operator)
    const sign = compareOperators.find((known) => known === found)
    const condition: Condition =
      sign === undefined ? { kind: 'truth', value: left } : this.compare(left, sign)
    return isNegated ? { kind: 'not', operand: condition } : condition
  }

  private compare(left: Value, sign: CompareOperator): Condition {
    return { kind: 'compare', operator: sign, left, right: this.value({ nothing: true }) }
  }

  private joined(operands: readonly Condition[], joints: readonly ('all' | 'any')[]): Condition {
    let condition = operands.at(-1)
    let depth = 0
    for (let end = joints.length; end > 0; ) {
      const kind = joints[end - 1] ?? 'all'
      let begin = end
      while (begin > 0 && joints[begin - 1] === kind) begin -= 1
      condition = { kind, operands: [...operands.slice(begin, end), ...(condition ? [condition] : [])] }
      end = begin
      depth += 1
    }
    if (condition === undefined || depth > limits.nesting) {
      this.fail('TOO_LARGE', `and and or take turns at most ${limits.nesting} times.`)
    }
    return condition
  }

  private literalWord(name: string, begin: number, { nothing }: Allowed): Literal | Nothing | undefined {
    const end = this.position
    if (name === 'true' || name === 'false') return { kind: 'literal', begin, end, value: name === 'true' }
    const nothingWord = Object.hasOwn(nothingWords, name) ? nothingWords[name] : undefined
    if (nothingWord !== undefined) {
      if (nothing) return { kind: 'nothing', begin, end, word: nothingWord }
      const advice = `as in {% if x == ${name} %}: write '' for an empty text.`
      this.fail('SYNTAX', `${name} can only be compared with, ${advice}`, begin)
    }
    if (isKeyword(name)) this.fail('SYNTAX', `${name} is a word of the language, not a value.`, begin)
    return undefined
  }

  private filter(): Filter {
    this.blanks()
    const begin = this.position
    const name = this.match(word)
    if (name === undefined) this.fail('SYNTAX', 'The name of a filter is missing after |.')
    const positional: Value[] = []
    const named = new Map<string, Value>()
    if (this.takes(':')) {
      do this.filterArgument(positional, named)
      while (this.takes(','))
    }
    return { name, arguments: positional, named, begin, end: this.position }
  }

  private filterArgument(positional: Value[], named: Map<string, Value>): void {
    this.blanks()
    const begin = this.position
    const name = this.match(word)
    if (name !== undefined && this.takes(':')) {
      if (named.has(name)) this.fail('SYNTAX', `${name} is given twice.`, begin)
      named.set(name, this.value())
      return
    }
    this.position = begin
    positional.push(this.value({ nothing: true }))
  }

  private path(root: string, begin: number): Path | Call {
    const properties = this.properties()
    const written = [
      root,
      ...properties.map((property) => (typeof property === 'string' ? property : '[]')),
    ].join('.')
    if (this.peek() === '(') return this.call(written, begin)
    const named = isFunctionWord(root) ? root : functions.find((name) => name === written)
    if (named !== undefined)
      this.fail('INVALID_CALL', `${named} is a function: write ${example(named)}.`, begin)
    return { kind: 'path', root, properties, begin, end: this.position }
  }

  private call(written: string, begin: number): Call {
    const name = functions.find((candidate) => candidate === written)
    if (name === undefined)
      this.fail(
        'INVALID_CALL',
        `${written} is not a function: the functions are ${functions.map(example).join(', ')}.`,
        begin,
      )
    this.position += 1
    this.blanks()
    const literal = this.peek() === ')' ? undefined : this.argument(name)
    if (!this.takes(')'))
      this.fail('INVALID_CALL', `${name} takes one literal: write ${example(name)}.`, begin)
    const argument = checkArgument(name, literal)
    if (argument === undefined) this.fail('INVALID_CALL', adviceFor(name), begin)
    const properties = this.properties()
    if (properties.length > 0 && name !== 'user.profile_fields.by_id') {
      this.fail('INVALID_CALL', `What ${name} gives is one value and has no properties.`, begin)
    }
    return { kind: 'call', name, argument, properties, begin, end: this.position }
  }

  private argument(name: FunctionName): string | number {
    const begin = this.position
    const char = this.peek()
    if (char === '"' || char === "'") {
      const text = this.text()
      if (this.hasBackslash(text)) this.fail('INVALID_CALL', adviceFor(name), begin)
      return text.value
    }
    if (/[0-9+-]/.test(char)) return this.number().value
    return this.fail('INVALID_CALL', `${name} takes a literal, never a value: write ${example(name)}.`, begin)
  }

  private properties(): Property[] {
    const properties: Property[] = []
    for (;;) {
      const char = this.peek()
      if (char === '.' && this.source[this.position + 1] !== '.') {
        this.position += 1
        const name = this.match(propertyWord)
        if (name === undefined) this.fail('SYNTAX', 'The name of a property is missing after the dot.')
        properties.push(name)
      } else if (char === '[') {
        this.position += 1
        properties.push(this.bracketed())
      } else return properties
    }
  }

  private bracketed(): Property {
    this.depth += 1
    if (this.depth > limits.nesting) {
      this.fail('TOO_LARGE', `Brackets are nested at most ${limits.nesting} deep.`)
    }
    const value = this.value()
    this.depth -= 1
    if (!this.takes(']')) this.fail('SYNTAX', 'One value may stand in brackets: write ] after it.')
    if (value.kind !== 'literal') return { computed: value }
    if (this.hasBackslash(value)) {
      this.fail('SYNTAX', 'A property in brackets is written without backslashes.', value.begin)
    }
    return typeof value.value === 'number' ? (value.digits ?? value.value) : String(value.value)
  }

  private hasBackslash({ begin, end }: Literal): boolean {
    return this.source.slice(begin, end).includes('\\')
  }

  private range(allowed: Allowed): Range {
    const begin = this.position
    if (!allowed.range) {
      this.fail('SYNTAX', 'Parentheses stand only around a range in {% for i in (1..5) %} and in a call.')
    }
    this.position += 1
    const low = this.value()
    this.blanks()
    if (this.peek() !== '.' || this.source[this.position + 1] !== '.') {
      this.fail('SYNTAX', 'A range is written with two dots: (1..5).')
    }
    this.position += 2
    const high = this.value()
    if (!this.takes(')')) this.fail('SYNTAX', 'A range is closed with ).')
    return { kind: 'range', bounds: [low, high], begin, end: this.position }
  }
}
