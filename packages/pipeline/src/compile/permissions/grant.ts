import type { Constraints } from '@sluice/connector-schema'
import { type GrantCode, keyOf, type OpaqueCode, type Words } from '@sluice/connector-schema/permissions'

/** One thing that a definition lets happen. */
export interface Grant {
  readonly code: GrantCode
  readonly subject: Words
  /** The field that grants it. */
  readonly path: string
  /** How much is granted, where that can be compared. */
  readonly amount?: Amount
  /** The key of a grant that this one is a detail of: told only where that one is on both sides. */
  readonly partOf?: string
}

/** What can be more or less. */
export type Amount =
  | { readonly kind: 'number'; readonly value: number; readonly shown: string }
  /** Compared with every other grant of the code, whatever it is about. */
  | { readonly kind: 'level'; readonly value: number }
  /** Limits of which each call must meet all. */
  | { readonly kind: 'rates'; readonly limits: readonly Rate[] }
  | { readonly kind: 'values'; readonly constraints: Constraints }
  /** Covers all that begins with it. */
  | { readonly kind: 'prefix'; readonly path: readonly string[] }
  /** Covers what it matches. */
  | { readonly kind: 'pattern'; readonly text: string; readonly matches: (wanted: string) => boolean }

/** So many calls in one window. */
export interface Rate {
  readonly requests: number
  readonly perSeconds: number
}

/** A text of which only a change can be told. */
export interface OpaqueText {
  readonly code: OpaqueCode
  /** What it is about; a text is compared with the one of the same name. */
  readonly name: Words
  readonly path: string
  readonly value: string
  /** Short enough to be told in a sentence. */
  readonly isShort?: boolean
  /** The key of a grant that it belongs to: told only where that one is on both sides. */
  readonly partOf?: string
}

/** All that a connector, or a configuration, lets happen. */
export interface Permissions {
  readonly grants: readonly Grant[]
  readonly texts: readonly OpaqueText[]
}

/** Identifies what a grant is about, whatever its amount. */
export function grantKey({ code, subject }: Pick<Grant, 'code' | 'subject'>): string {
  return `${code} ${keyOf(subject)}`
}
