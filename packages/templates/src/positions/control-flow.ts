import type { BranchesNode, CaptureNode, CaseNode, FlowNode, LoopNode } from '../tree/flow.ts'
import type { Grammar, PositionReport } from './grammar.ts'

/** Positions at which a loop's body can be left early. */
interface LoopExits<P> {
  readonly breaks: P[]
  readonly continues: P[]
}

interface Walk<P> {
  readonly grammar: Grammar<P>
  readonly report: PositionReport
  /** Looks at the inside of a capture, which lands elsewhere. */
  readonly capture: (node: CaptureNode) => void
}

/** Loops settle in two or three rounds; one that does not is widened. */
const mostRounds = 8

/**
 * Follows a template along every way that a render can take, and tells its grammar where literal text and outputs
 * stand. All ways that meet must meet in positions that can be joined.
 */
export function followFlow<P>(flow: readonly FlowNode[], walk: Walk<P>): void {
  const end = follow(flow, walk.grammar.start, { walk, exits: undefined })
  if (end !== undefined) walk.grammar.end(end)
}

interface Surroundings<P> {
  readonly walk: Walk<P>
  /** Of the nearest loop. */
  readonly exits: LoopExits<P> | undefined
}

/** The position after some nodes; nothing where none of their ways comes to its end. */
function follow<P>(nodes: readonly FlowNode[], from: P, around: Surroundings<P>): P | undefined {
  let position: P | undefined = from
  for (const node of nodes) {
    if (position === undefined) {
      if (node.kind === 'text') continue
      reportUnreachable(node, around.walk.report)
      return undefined
    }
    position = followNode(node, position, around)
  }
  return position
}

function followNode<P>(node: FlowNode, position: P, around: Surroundings<P>): P | undefined {
  const { grammar, capture, report } = around.walk
  report.charge(1)
  switch (node.kind) {
    case 'text':
      report.charge(node.end - node.begin)
      return grammar.text(position, node.begin, node.end)
    case 'output':
    case 'cycle':
      return grammar.output(position, node.statement)
    case 'assign':
      return position
    case 'capture':
      capture(node)
      return position
    case 'branches':
      return followBranches(node, position, around)
    case 'case':
      return followCase(node, position, around)
    case 'loop':
      return followLoop(node, position, around)
    case 'jump':
      around.exits?.[node.tag === 'break' ? 'breaks' : 'continues'].push(position)
      return undefined
  }
}

function followBranches<P>(node: BranchesNode, from: P, around: Surroundings<P>): P | undefined {
  const ends = node.arms.map(({ body }) => follow(body, from, around))
  ends.push(node.otherwise === undefined ? from : follow(node.otherwise, from, around))
  return meet(ends, node, around.walk)
}

/** Every `when` that fits is run, not only the first: each branch goes on from all before it. */
function followCase<P>(node: CaseNode, from: P, around: Surroundings<P>): P | undefined {
  let position: P | undefined = from
  for (const { body } of node.arms) {
    if (position === undefined) return undefined
    position = meet([position, follow(body, position, around)], node, around.walk)
  }
  const otherwise = node.otherwise === undefined ? from : follow(node.otherwise, from, around)
  return meet([position, otherwise], node, around.walk)
}

function followLoop<P>(node: LoopNode, from: P, around: Surroundings<P>): P | undefined {
  const { walk } = around
  const { grammar } = walk
  let entry = from
  let breaks: P[] = []
  for (let round = 0; ; round += 1) {
    const exits: LoopExits<P> = { breaks: [], continues: [] }
    const end = follow(node.body, entry, { walk, exits })
    breaks = exits.breaks
    const next = meet([entry, end, ...exits.continues], node, walk)
    if (next === undefined || grammar.same(entry, next)) break
    entry = round < mostRounds ? next : grammar.widen(next)
  }
  const none = node.otherwise === undefined ? from : follow(node.otherwise, from, around)
  return meet([entry, none, ...breaks], node, walk)
}

function meet<P>(
  ends: readonly (P | undefined)[],
  { begin }: { readonly begin: number },
  { grammar, report }: Walk<P>,
): P | undefined {
  let joined: P | undefined
  for (const end of ends) {
    if (end === undefined) continue
    const next: P | undefined = joined === undefined ? end : grammar.join(joined, end)
    // Goes on from the first, so that one mistake is told once.
    if (next === undefined) report.fail('SYNTAX', grammar.adviceToMeet, begin)
    else joined = next
  }
  return joined
}

function reportUnreachable(node: FlowNode, report: PositionReport): void {
  const begin = 'statement' in node && node.statement !== undefined ? node.statement.begin : undefined
  const offset = begin ?? ('begin' in node ? node.begin : undefined)
  if (offset === undefined) return
  report.fail('SYNTAX', 'Nothing after break or continue is ever shown: remove it.', offset)
}
