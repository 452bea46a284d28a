import type { NothingWord } from '../tree/expressions.ts'
import { isRecord } from './lists.ts'

/** `nil`, `empty` or `blank`, where a value is compared with it. Never a value itself: no property can be read of it. */
export class Nothing {
  readonly word: NothingWord

  constructor(word: NothingWord) {
    this.word = word
  }

  /** What it is where something else than equality is asked. */
  asValue(): null | '' {
    return this.word === 'nil' ? null : ''
  }

  equals(other: unknown): boolean {
    const value = other instanceof Nothing ? other.asValue() : other
    const isMissing = value === undefined || value === null
    switch (this.word) {
      case 'nil':
        return isMissing
      case 'empty':
        return !(other instanceof Nothing) && isEmpty(value)
      case 'blank':
        return isMissing || value === false || (!(other instanceof Nothing) && isBlank(value))
    }
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length === 0
  return isRecord(value) && Object.keys(value).length === 0
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' ? value.trim() === '' : isEmpty(value)
}
