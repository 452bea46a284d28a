import {
  AssignTag,
  BreakTag,
  CaptureTag,
  CaseTag,
  CommentTag,
  ContinueTag,
  EchoTag,
  ForTag,
  IfTag,
  LiquidTag,
  Output,
  RawTag,
  type Template,
  type Token,
  UnlessTag,
  type Value,
} from 'liquidjs'
import {
  compileToken,
  compileValue,
  type Evaluate,
  hasRealFilters,
  isEqual,
  isTruthy,
  Unsupported,
} from './expressions.ts'
import type { Frame } from './frame.ts'
import type { Names } from './names.ts'

/** What to do after a node: go on, or leave or begin anew the loop around it. */
type Signal = 'break' | 'continue' | undefined

/** What a node of a template is compiled to. */
export type Run = (frame: Frame) => Signal

/** Compiled nodes, and whether they can take long. */
export interface Program {
  readonly run: Run
  readonly isTimed: boolean
}

/** Compiles what LiquidJS parsed. @throws Unsupported where only LiquidJS can render it */
export function compileNodes(templates: readonly Template[], names: Names): Program {
  const compiler = new NodeCompiler(names)
  const run = compiler.list(templates)
  return { run, isTimed: compiler.isTimed }
}

/** Fields of LiquidJS's tags that its types keep to itself. */
interface Branch {
  readonly value: Value
  readonly templates: Template[]
}
interface Branching {
  readonly branches: readonly Branch[]
  readonly elseTemplates?: Template[]
}
interface Casing {
  readonly value: Value
  readonly branches: readonly { readonly values: readonly Token[]; readonly templates: Template[] }[]
  readonly elseTemplates: Template[]
}
interface Assigning {
  readonly key: string
  readonly value: Value
}
interface Capturing {
  readonly variable: string
  readonly templates: Template[]
}
interface Looping {
  readonly variable: string
  readonly collection: Token
  readonly hash: { readonly hash: Readonly<Record<string, Token | undefined>> }
  readonly templates: Template[]
  readonly elseTemplates: Template[]
}

class NodeCompiler {
  isTimed = false
  private readonly names: Names

  constructor(names: Names) {
    this.names = names
  }

  list(templates: readonly Template[]): Run {
    const runs = templates.map((template) => this.node(template)).filter((run) => run !== undefined)
    const [first, second] = runs
    if (first === undefined) return () => undefined
    if (second === undefined) return first
    return (frame) => {
      for (const run of runs) {
        const signal = run(frame)
        if (signal !== undefined) return signal
      }
      return undefined
    }
  }

  private node(template: Template): Run | undefined {
    if (template instanceof Output || template instanceof EchoTag) return this.output(template)
    if (template instanceof IfTag || template instanceof UnlessTag) return this.branches(template)
    if (template instanceof ForTag) return this.loop(template)
    if (template instanceof AssignTag) return this.assign(template)
    if (template instanceof CaptureTag) return this.capture(template)
    if (template instanceof CaseTag) return this.case(template)
    if (template instanceof LiquidTag) return this.list((template as unknown as Capturing).templates)
    if (template instanceof BreakTag) return () => 'break'
    if (template instanceof ContinueTag) return () => 'continue'
    if (template instanceof CommentTag) return undefined
    return writeText(textOf(template))
  }

  private output(template: Output | EchoTag): Run {
    const { token } = template
    const { value } = template as unknown as { readonly value: Value }
    const isTimed = hasRealFilters(value)
    this.isTimed ||= isTimed
    const evaluate = compileValue(value, this.names)
    return (frame) => {
      frame.at = token
      if (isTimed) frame.checkTime()
      frame.write(evaluate(frame) as string)
      return undefined
    }
  }

  private branches(template: IfTag | UnlessTag): Run {
    const { branches, elseTemplates = [] } = template as unknown as Branching
    const { token } = template
    const arms = branches.map(({ value, templates }, index) => ({
      holds: this.condition(value, template instanceof UnlessTag && index === 0),
      run: this.list(templates),
    }))
    const otherwise = this.list(elseTemplates)
    return (frame) => {
      frame.at = token
      for (const { holds, run } of arms) if (holds(frame)) return run(frame)
      return otherwise(frame)
    }
  }

  private condition(value: Value, isNegated: boolean): (frame: Frame) => boolean {
    const evaluate = compileValue(value, this.names)
    return isNegated ? (frame) => !isTruthy(evaluate(frame)) : (frame) => isTruthy(evaluate(frame))
  }

  /** Every branch that fits runs, not only the first. */
  private case(template: CaseTag): Run {
    const { value, branches, elseTemplates } = template as unknown as Casing
    const { token } = template
    const target = compileValue(value, this.names)
    const arms = branches.map(({ values, templates }) => ({
      values: values.map((candidate) => compileToken(candidate, this.names)),
      run: this.list(templates),
    }))
    const otherwise = this.list(elseTemplates)
    return (frame) => {
      frame.at = token
      const wanted = target(frame)
      let isHit = false
      for (const { values, run } of arms) {
        if (!values.some((candidate) => isEqual(wanted, candidate(frame)))) continue
        isHit = true
        const signal = run(frame)
        if (signal !== undefined) return signal
      }
      return isHit ? undefined : otherwise(frame)
    }
  }

  private assign(template: AssignTag): Run {
    const { key, value } = template as unknown as Assigning
    const { token } = template
    const isTimed = hasRealFilters(value)
    this.isTimed ||= isTimed
    const evaluate = compileValue(value, this.names)
    const slot = this.names.assign(key)
    return (frame) => {
      frame.at = token
      if (isTimed) frame.checkTime()
      frame.slots[slot] = evaluate(frame)
      return undefined
    }
  }

  private capture(template: CaptureTag): Run {
    const { variable, templates } = template as unknown as Capturing
    const run = this.list(templates)
    const slot = this.names.assign(variable)
    return (frame) => {
      const outer = frame.text
      frame.text = ''
      run(frame)
      frame.slots[slot] = frame.text
      frame.text = outer
      return undefined
    }
  }

  private loop(template: ForTag): Run {
    const { variable, collection, hash, templates, elseTemplates } = template as unknown as Looping
    const { token } = template
    this.isTimed = true
    const evaluate = compileToken(collection, this.names)
    const cut = this.modifiers(hash.hash)
    const otherwise = this.list(elseTemplates)
    return this.names.inLoop(variable, ({ item, index, length }) => {
      const body = this.list(templates)
      return (frame) => {
        frame.at = token
        const all = toList(evaluate(frame))
        if (all.length === 0) return otherwise(frame)
        const items = cut(all, frame)
        const { slots } = frame
        slots[length] = items.length
        for (let position = 0; position < items.length; position += 1) {
          frame.checkTime()
          slots[index] = position
          slots[item] = items[position]
          if (body(frame) === 'break') break
        }
        return undefined
      }
    })
  }

  /** `offset`, then `limit`, then `reversed`, whatever order they are written in. */
  private modifiers(
    hash: Readonly<Record<string, Token | undefined>>,
  ): (items: readonly unknown[], frame: Frame) => readonly unknown[] {
    if (Object.keys(hash).length === 0) return (items) => items
    const number = (name: string): Evaluate | undefined => {
      const token = Object.hasOwn(hash, name) ? hash[name] : undefined
      return token === undefined ? undefined : compileToken(token, this.names)
    }
    const offset = number('offset')
    const limit = number('limit')
    const isReversed = Object.hasOwn(hash, 'reversed')
    return (items, frame) => {
      const from = offset?.(frame)
      const count = limit?.(frame)
      const rest = from === undefined ? items : items.slice(from as number)
      const cut = count === undefined ? rest : rest.slice(0, count as number)
      return isReversed ? cut.toReversed() : cut
    }
  }
}

/** As LiquidJS counts through a value. */
function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return value === '' ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function writeText(text: string): Run {
  return (frame) => {
    frame.write(text)
    return undefined
  }
}

function textOf(template: Template): string {
  if ('str' in template && typeof template.str === 'string') return template.str
  if (!(template instanceof RawTag)) throw new Unsupported()
  const { tokens } = template as unknown as { readonly tokens: readonly Token[] }
  return tokens.map((token) => token.getText()).join('')
}
