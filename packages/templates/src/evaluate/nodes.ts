import { writtenValue } from '../analysis/missing-values.ts'
import { toText } from '../positions/escaping/escape.ts'
import type { Filtered } from '../tree/expressions.ts'
import type {
  BranchesNode,
  CaptureNode,
  CaseNode,
  CycleNode,
  FlowNode,
  LoopNode,
  WriterNode,
} from '../tree/flow.ts'
import type { Statement } from '../tree/statement.ts'
import { isEqual } from '../values/compare.ts'
import { Nothing } from '../values/nothing.ts'
import { compileCondition } from './conditions.ts'
import { compileFiltered, compileValue, type Replaced } from './expressions.ts'
import type { Frame } from './frame.ts'
import { compileTurns } from './loop.ts'
import type { Slots } from './slots.ts'
import { compileStrict, required } from './strict.ts'

/** What to do after a node: go on, or leave the loop around it, or go to its next turn. */
type Signal = 'break' | 'continue' | undefined

/** What a node of a template is compiled to. */
export type Run = (frame: Frame) => Signal

/** How one output is written where it stands. */
export interface Fit {
  readonly makeSafe: (value: unknown, frame: Frame) => string
  readonly replaced: Replaced | undefined
  /** Whether what is written can depend on a secret. */
  readonly bearsSecret: boolean
}

/** An output, or the author's text, which the masked twin shows in its place. */
export type Written = Fit | { readonly shown: string }

interface Options {
  readonly source: string
  readonly slots: Slots
  readonly writtenAt: (statement: Statement) => Written
  /** What binds a name that nothing will read. */
  readonly skipped?: ReadonlySet<Statement>
  /** In which a missing value fails, or stays missing behind its name. */
  readonly strict?: ReadonlySet<Statement>
}

/** Compiled nodes, and whether they can take long. */
export interface Program {
  readonly run: Run
  readonly isTimed: boolean
}

/** Compiles a tree to closures that keep nothing of it. */
export function compileNodes(flow: readonly FlowNode[], options: Options): Program {
  const compiler = new NodeCompiler(options)
  const run = compiler.list(flow)
  return { run, isTimed: compiler.isTimed }
}

class NodeCompiler {
  isTimed = false
  private readonly options: Options
  private readonly slots: Slots

  constructor(options: Options) {
    this.options = options
    this.slots = options.slots
  }

  list(nodes: readonly FlowNode[]): Run {
    const runs = nodes.map((node) => this.node(node))
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

  private node(node: FlowNode): Run {
    switch (node.kind) {
      case 'text':
        return writeText(this.options.source.slice(node.begin, node.end))
      case 'output':
        return this.writer(node, (written) => this.output(node, written))
      case 'cycle':
        return this.writer(node, (written) => this.cycle(node, written.makeSafe))
      case 'assign':
        return this.options.skipped?.has(node.statement) === true ? () => undefined : this.assign(node)
      case 'capture':
        return this.capture(node)
      case 'branches':
        return this.branches(node)
      case 'case':
        return this.case(node)
      case 'loop':
        return this.loop(node)
      case 'jump':
        return node.tag === 'break' ? () => 'break' : () => 'continue'
    }
  }

  private writer({ statement }: WriterNode, compile: (fit: Fit) => Run): Run {
    const written = this.options.writtenAt(statement)
    if ('shown' in written) return writeText(written.shown)
    return compile(written.bearsSecret ? { ...written, makeSafe: noting(written.makeSafe) } : written)
  }

  private output(
    { statement, value }: Extract<FlowNode, { kind: 'output' }>,
    { makeSafe, replaced }: Fit,
  ): Run {
    const { begin } = statement
    const isTimed = value.filters.length > 0
    this.isTimed ||= isTimed
    const what = this.strictName(statement, value)
    const evaluate =
      what === undefined
        ? compileFiltered(value, this.slots, replaced)
        : compileStrict(value, this.slots, { what, replaced })
    return (frame) => {
      frame.at = begin
      if (isTimed) frame.checkTime()
      frame.write(makeSafe(evaluate(frame), frame))
      return undefined
    }
  }

  /** How a statement in which no value may be missing names its value; nothing for any other. */
  private strictName(statement: Statement, value: Filtered): string | undefined {
    const { strict, source } = this.options
    return strict?.has(statement) === true ? writtenValue(value, source) : undefined
  }

  private cycle({ statement, group, values, identity }: CycleNode, makeSafe: Fit['makeSafe']): Run {
    const { begin } = statement
    const all = values.map((value) => {
      const what = this.strictName(statement, { value, filters: [] })
      const evaluate = compileValue(value, this.slots)
      return what === undefined ? evaluate : required(evaluate, what)
    })
    const groupOf = group === undefined ? () => undefined : compileValue(group, this.slots)
    const slot = this.slots.shared(`cycle ${identity}`)
    return (frame) => {
      frame.at = begin
      const turns = frame.turnsOf(slot)
      const key = toText(groupOf(frame), frame)
      const turn = turns.get(key) ?? 0
      turns.set(key, (turn + 1) % all.length)
      frame.write(makeSafe(all[turn]?.(frame), frame))
      return undefined
    }
  }

  private assign({ statement, name, value }: Extract<FlowNode, { kind: 'assign' }>): Run {
    const { begin } = statement
    const isTimed = value.filters.length > 0
    this.isTimed ||= isTimed
    const what = this.strictName(statement, value)
    const evaluate =
      what === undefined
        ? compileFiltered(value, this.slots)
        : compileStrict(value, this.slots, { what, keeps: true })
    const slot = this.slots.assign(name)
    return (frame) => {
      frame.at = begin
      if (isTimed) frame.checkTime()
      frame.slots[slot] = evaluate(frame)
      return undefined
    }
  }

  private capture({ begin, name, body }: CaptureNode): Run {
    const run = this.list(body)
    const slot = this.slots.assign(name)
    return (frame) => {
      frame.at = begin
      frame.slots[slot] = frame.gather(run)
      return undefined
    }
  }

  private branches({ arms, otherwise }: BranchesNode): Run {
    const compiled = arms.map(({ begin, when, body }) => {
      return { begin, holds: compileCondition(when, this.slots), run: this.list(body) }
    })
    const rest = this.list(otherwise ?? [])
    return (frame) => {
      for (const { begin, holds, run } of compiled) {
        frame.at = begin
        if (holds(frame)) return run(frame)
      }
      return rest(frame)
    }
  }

  /** Every branch that fits runs, not only the first. */
  private case({ begin, value, arms, otherwise }: CaseNode): Run {
    const word = value.kind === 'nothing' ? new Nothing(value.word).asValue() : undefined
    const target = word === undefined ? compileValue(value, this.slots) : () => word
    const compiled = arms.map(({ begin: at, when, body }) => ({
      at,
      values: when.map((candidate) => compileValue(candidate, this.slots)),
      run: this.list(body),
    }))
    const rest = this.list(otherwise ?? [])
    return (frame) => {
      frame.at = begin
      const wanted = target(frame)
      let isHit = false
      for (const { at, values, run } of compiled) {
        frame.at = at
        if (!values.some((candidate) => isEqual(wanted, candidate(frame), frame))) continue
        isHit = true
        const signal = run(frame)
        if (signal !== undefined) return signal
      }
      return isHit ? undefined : rest(frame)
    }
  }

  private loop(node: LoopNode): Run {
    this.isTimed = true
    const { begin, variable } = node
    const what = this.strictName(node.statement, { value: node.collection, filters: [] })
    const turnsOf = compileTurns(node, this.slots, what)
    const otherwise = this.list(node.otherwise ?? [])
    return this.slots.inLoop(variable, ({ item, index, length }) => {
      const body = this.list(node.body)
      return (frame) => {
        frame.at = begin
        const { hasItems, count, item: itemAt } = turnsOf(frame)
        if (!hasItems) return otherwise(frame)
        const { slots } = frame
        slots[length] = count
        for (let turn = 0; turn < count; turn += 1) {
          frame.checkTime()
          slots[index] = turn
          slots[item] = itemAt(turn)
          if (body(frame) === 'break') break
        }
        return undefined
      }
    })
  }
}

/** Tells the text of an output before it is made safe for its place. */
function noting(makeSafe: Fit['makeSafe']): Fit['makeSafe'] {
  return (value, frame) => {
    frame.onSecret?.(toText(value, frame))
    return makeSafe(value, frame)
  }
}

function writeText(text: string): Run {
  return (frame) => {
    frame.write(text)
    return undefined
  }
}
