import type { Condition } from '../tree/expressions.ts'
import { comparing, isTruthy } from '../values/compare.ts'
import { compileValue } from './expressions.ts'
import type { Frame } from './frame.ts'
import type { Slots } from './slots.ts'

/** Whether a condition holds. */
export type Holds = (frame: Frame) => boolean

/** Compiles a condition. All of its operands are read: what cannot be read fails whatever the others are. */
export function compileCondition(condition: Condition, slots: Slots): Holds {
  switch (condition.kind) {
    case 'truth': {
      const value = compileValue(condition.value, slots)
      return (frame) => isTruthy(value(frame))
    }
    case 'compare': {
      const compare = comparing(condition.operator)
      const left = compileValue(condition.left, slots)
      const right = compileValue(condition.right, slots)
      return (frame) => compare(left(frame), right(frame), frame)
    }
    case 'not': {
      const operand = compileCondition(condition.operand, slots)
      return (frame) => !operand(frame)
    }
    default:
      return compileOperands(condition, slots)
  }
}

function compileOperands(
  { kind, operands }: Extract<Condition, { kind: 'all' | 'any' }>,
  slots: Slots,
): Holds {
  const all = operands.map((operand) => compileCondition(operand, slots))
  const decides = kind === 'any'
  return (frame) => {
    let isDecided = false
    for (const operand of all) if (operand(frame) === decides) isDecided = true
    return isDecided === decides
  }
}
