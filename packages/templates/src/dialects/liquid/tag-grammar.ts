import { suggestion } from '@sluice/connector-schema'
import { CompileFailure } from '../../analysis/failure.ts'
import type { Filtered, Value } from '../../tree/expressions.ts'
import type { ExpressionReader } from './expression.ts'

/** A name that a tag binds. */
export interface BoundName {
  readonly name: string
  readonly offset: number
}

/** The tags that a template may use; those that end or divide a block go with it. */
export const allowedTags = [
  'assign',
  'capture',
  'if',
  'unless',
  'case',
  'for',
  'break',
  'continue',
  'comment',
  'raw',
  'echo',
  'liquid',
  'cycle',
] as const

const modifiers = ['limit', 'offset', 'reversed']

/** `name = value | filters` */
export function readAssign(reader: ExpressionReader): {
  readonly bound: BoundName
  readonly value: Filtered
} {
  const bound = reader.name()
  if (!reader.takes('=')) reader.fail('SYNTAX', 'assign is written as {% assign name = value %}.')
  return { bound, value: reader.filtered() }
}

/** What stands in the tag of a loop. */
export interface LoopHeader {
  readonly bound: BoundName
  readonly collection: Value
  readonly offset: Value | 'continue' | undefined
  readonly limit: Value | undefined
  readonly reversed: boolean
}

/** `item in list limit: 10 offset: 5 reversed` */
export function readFor(reader: ExpressionReader): LoopHeader {
  const bound = reader.name()
  if (!reader.takesWord('in')) reader.fail('SYNTAX', 'for is written as {% for item in list %}.')
  const collection = reader.value({ range: true })
  const found = new Map<string, Value | 'continue' | undefined>()
  while (!reader.done()) {
    const { name, offset } = reader.name()
    if (!modifiers.includes(name) || found.has(name)) {
      reader.fail(
        'SYNTAX',
        'for takes limit: n, offset: n and reversed, each once and without commas.',
        offset,
      )
    }
    found.set(name, name === 'reversed' ? undefined : readModifier(reader, name))
  }
  const limit = found.get('limit')
  return {
    bound,
    collection,
    offset: found.get('offset'),
    limit: limit === 'continue' ? undefined : limit,
    reversed: found.has('reversed'),
  }
}

function readModifier(reader: ExpressionReader, name: string): Value | 'continue' {
  if (!reader.takes(':')) reader.fail('SYNTAX', `${name} takes a value: write ${name}: 10.`)
  return name === 'offset' && reader.takesWord('continue') ? 'continue' : reader.value()
}

/** `value, value or value` */
export function readWhen(reader: ExpressionReader): readonly Value[] {
  const values: Value[] = []
  do values.push(reader.value({ nothing: true }))
  while (reader.takes(',') || reader.takesWord('or'))
  reader.finish()
  return values
}

/** `group: value, value` */
export function readCycle(reader: ExpressionReader): {
  readonly group: Value | undefined
  readonly values: readonly Value[]
} {
  const first = reader.value()
  const isGrouped = reader.takes(':')
  const values = [isGrouped ? reader.value() : first]
  while (reader.takes(',')) values.push(reader.value())
  reader.finish()
  return { group: isGrouped ? first : undefined, values }
}

/** What `case` looks at: a value with no filter after it. */
export function readSingle(reader: ExpressionReader): Value {
  const value = reader.value({ nothing: true })
  reader.finish()
  return value
}

/** The error for a tag that is not allowed. */
export function unknownTag(name: string, begin: number): CompileFailure {
  const hint = suggestion(name, allowedTags) || `: the tags are ${allowedTags.join(', ')}.`
  return new CompileFailure('UNKNOWN_TAG', `There is no tag \`${name}\` here${hint}`, begin)
}
