import {
  codeSpan,
  grantKinds,
  keyOf,
  type OpaqueKind,
  opaqueKinds,
  type PermissionFact,
  toMarkdown,
  unexplained,
  type Words,
  words,
} from '@sluice/connector-schema/permissions'
import { covers } from './covers.ts'
import { type Amount, type Grant, grantKey, type OpaqueText, type Permissions } from './grant.ts'

/** Nothing is let happen. */
export const noPermissions: Permissions = { grants: [], texts: [] }

/**
 * What a change lets happen that was not, and what no longer: a grant is gained where none before covers it, and lost
 * where none after covers it, so that what is wider one way is narrower the other.
 */
export function comparePermissions(
  connector: string | null,
  before: Permissions,
  after: Permissions,
): readonly PermissionFact[] {
  const gained = uncovered(after, before).map((grant) =>
    grantFact(connector, { grant, before, isGained: true }),
  )
  const lost = uncovered(before, after).map((grant) =>
    grantFact(connector, { grant, before: after, isGained: false }),
  )
  return [...gained, ...lost, ...textFacts(connector, before, after)]
}

/** The fact for a change of a field that no rule explains. */
export function unexplainedFact(connector: string | null, path: string): PermissionFact {
  const message = `${fill(unexplained.changed, words`${path}`)}.`
  return { connector, code: 'UNEXPLAINED', direction: 'wider', breaks_callers: false, message, path }
}

/** Grants of one side that the other does not cover. A detail counts only where what it belongs to is on both. */
function uncovered(of: Permissions, by: Permissions): readonly Grant[] {
  const isTold = wholeOnBoth([of, by])
  return of.grants.filter((grant) => isTold(grant) && !by.grants.some((held) => covers(held, grant)))
}

/** Whether what a detail belongs to is on both sides. */
function wholeOnBoth(sides: readonly Permissions[]): (detail: { readonly partOf?: string }) => boolean {
  const keys = sides.map(({ grants }) => new Set(grants.map(grantKey)))
  return ({ partOf }) => partOf === undefined || keys.every((known) => known.has(partOf))
}

function grantFact(
  connector: string | null,
  {
    grant,
    before,
    isGained,
  }: { readonly grant: Grant; readonly before: Permissions; readonly isGained: boolean },
): PermissionFact {
  const { code, subject, path } = grant
  const kind = grantKinds[code]
  const other = before.grants.find((held) => grantKey(held) === grantKey(grant))
  const sentence = fill(isGained ? kind.gained : kind.lost, subject)
  const direction = isGained ? 'wider' : 'narrower'
  return {
    connector,
    code,
    direction,
    breaks_callers: !isGained && kind.callersNeedIt,
    message: `${sentence}${difference(isGained ? [other, grant] : [grant, other])}.`,
    path,
  }
}

/** `: 60 s, now 300 s`, where both sides have an amount of the same thing. */
function difference([before, after]: readonly [Grant | undefined, Grant | undefined]): string {
  if (before?.amount === undefined || after?.amount === undefined) return ''
  const [was, is] = [amountText(before.amount), amountText(after.amount)]
  return was === undefined || is === undefined ? '' : ` (was ${was}, is ${is})`
}

/** An amount as people read it; nothing where its subject says it all. */
export function amountText(amount: Amount): string | undefined {
  switch (amount.kind) {
    case 'number':
      return amount.shown
    case 'rates':
      return amount.limits.length === 0
        ? 'no limit'
        : amount.limits.map(({ requests, perSeconds }) => `${requests} in ${perSeconds} s`).join(' and ')
    case 'values':
      return toMarkdown(words`${JSON.stringify(amount.constraints)}`)
    default:
      return undefined
  }
}

function textFacts(
  connector: string | null,
  before: Permissions,
  after: Permissions,
): readonly PermissionFact[] {
  const keyOfText = ({ code, name }: OpaqueText) => `${code} ${keyOf(name)}`
  const [old, now] = [before, after].map(({ texts }) => new Map(texts.map((text) => [keyOfText(text), text])))
  const isTold = wholeOnBoth([before, after])
  const keys = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])
  return [...keys].flatMap((key) => {
    const [was, is] = [old?.get(key), now?.get(key)]
    const text = is ?? was
    if (text === undefined || was?.value === is?.value || !isTold(text)) return []
    const kind: OpaqueKind = opaqueKinds[text.code]
    if (kind.needsBoth === true && (was === undefined || is === undefined)) return []
    const message = `${fill(kind.changed, text.name)}${textDifference(was, is)}.`
    const { code, path } = text
    return [
      { connector, code, direction: 'other', breaks_callers: kind.breaksCallers, message, path } as const,
    ]
  })
}

function textDifference(was: OpaqueText | undefined, is: OpaqueText | undefined): string {
  if (was?.isShort !== true || is?.isShort !== true) return ''
  return ` (was ${codeSpan(was.value)}, is ${codeSpan(is.value)})`
}

function fill(sentence: string, subject: Words): string {
  return sentence.replace('{}', () => toMarkdown(subject))
}
