import { CompileFailure } from '../../analysis/failure.ts'
import { limits } from '../../limits/limits.ts'

/** The tags that enclose others. */
export type BlockName = 'if' | 'unless' | 'case' | 'for' | 'capture'

/** A tag that is open, and what was seen in it. */
interface Block {
  readonly tag: BlockName
  readonly begin: number
  /** Of `for`; `undefined` for all others. */
  readonly loopVariable: string | undefined
  sawElse: boolean
  /** Of `case`: what stands before the first `when` would never be shown. */
  sawWhen: boolean
}

/** Which tags each inner tag belongs to. */
const owners: Readonly<Record<string, readonly string[]>> = {
  elsif: ['if', 'unless'],
  else: ['if', 'unless', 'case', 'for'],
  when: ['case'],
}

/** The tags that are open, from the outside in. */
export class Blocks {
  private readonly open: Block[] = []
  /** Blocks below it were opened outside the `{% liquid %}` tag that is being read. */
  private floor = 0

  push(tag: BlockName, begin: number, loopVariable?: string): void {
    if (this.open.length >= limits.nesting) {
      throw new CompileFailure('TOO_LARGE', `Tags are nested at most ${limits.nesting} deep.`, begin)
    }
    this.open.push({ tag, begin, loopVariable, sawElse: false, sawWhen: false })
  }

  /** Closes the innermost block. */
  pop(name: string, begin: number): void {
    const block = this.top()
    if (block === undefined)
      throw new CompileFailure('SYNTAX', `${name} does not fit: nothing is open here.`, begin)
    if (name !== `end${block.tag}`) {
      throw new CompileFailure('SYNTAX', `${name} does not fit: ${block.tag} is still open.`, begin)
    }
    this.open.pop()
  }

  /** Goes on to another branch of the innermost block. */
  branch(name: string, begin: number): void {
    const block = this.top()
    const allowed = owners[name] ?? []
    if (block === undefined || !allowed.includes(block.tag)) {
      throw new CompileFailure('SYNTAX', `${name} stands only inside ${allowed.join(', ')}.`, begin)
    }
    if (block.sawElse) {
      throw new CompileFailure('SYNTAX', `Only the end of ${block.tag} may follow its else.`, begin)
    }
    if (name === 'else') block.sawElse = true
    if (name === 'when') block.sawWhen = true
  }

  /** Whether what comes next stands between `case` and its first `when`. */
  isBeforeWhen(): boolean {
    const block = this.top()
    return block?.tag === 'case' && !block.sawWhen && !block.sawElse
  }

  isInCapture(): boolean {
    return this.open.some(({ tag }) => tag === 'capture')
  }

  /** Whether `break` and `continue` mean the loop around them, and nothing is gathered in between. */
  isDirectlyInLoop(): boolean {
    const nearest = this.open.findLast(({ tag, sawElse }) => tag === 'capture' || (tag === 'for' && !sawElse))
    return nearest?.tag === 'for'
  }

  /** Variables of the loops whose body this is. */
  loopVariables(): readonly string[] {
    return this.open.flatMap(({ loopVariable, sawElse }) =>
      loopVariable === undefined || sawElse ? [] : [loopVariable],
    )
  }

  /** What is read in `inner` must close what it opens. */
  enclosed(inner: () => void): CompileFailure[] {
    const outerFloor = this.floor
    this.floor = this.open.length
    inner()
    const unclosed = this.open.splice(this.floor)
    this.floor = outerFloor
    return unclosed.map(({ tag, begin }) => {
      return new CompileFailure('SYNTAX', `${tag} is not closed: write {% end${tag} %}.`, begin)
    })
  }

  private top(): Block | undefined {
    return this.open.length > this.floor ? this.open.at(-1) : undefined
  }
}
