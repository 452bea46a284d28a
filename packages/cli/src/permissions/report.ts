import type { PermissionFact } from '@sluice/connector-schema/permissions'
import { codeSpan } from '@sluice/connector-schema/permissions'

const nothing = 'No change of what is let happen.'

/** Facts by connector, in the order in which they came; `null` for what is not about one connector. */
function groups(
  facts: readonly PermissionFact[],
): readonly (readonly [string | null, readonly PermissionFact[]])[] {
  return [...Map.groupBy(facts, ({ connector }) => connector)]
}

/** Facts as text for a terminal. */
export function factsAsText(facts: readonly PermissionFact[]): string {
  if (facts.length === 0) return nothing
  const blocks = groups(facts).map(([connector, own]) =>
    [
      connector ?? 'configuration',
      ...own.map(({ direction, code, message, breaks_callers: breaks }) => {
        const note = breaks ? ' (breaks callers)' : ''
        return `  ${direction.padEnd(8)} ${code.padEnd(19)} ${message}${note}`
      }),
    ].join('\n'),
  )
  return [...blocks, sumOf(facts)].join('\n\n')
}

/** Facts as Markdown, for a comment on a pull request. All text of definitions is in code spans. */
export function factsAsMarkdown(facts: readonly PermissionFact[]): string {
  if (facts.length === 0) return `${nothing}\n`
  const blocks = groups(facts).map(([connector, own]) => {
    const title = connector === null ? 'Configuration' : codeSpan(connector)
    const rows = own.map(
      ({ direction, code, message, breaks_callers: breaks }) =>
        `- **${direction}**${breaks ? ', breaks callers' : ''} \`${code}\`: ${message}`,
    )
    return `### ${title}\n\n${rows.join('\n')}`
  })
  return `${[sumOf(facts), ...blocks].join('\n\n')}\n`
}

function sumOf(facts: readonly PermissionFact[]): string {
  const count = (is: (fact: PermissionFact) => boolean) => facts.filter(is).length
  const breaking = count(({ breaks_callers }) => breaks_callers)
  const by = (direction: PermissionFact['direction']) =>
    `${count((fact) => fact.direction === direction)} ${direction}`
  return `${by('wider')}, ${by('narrower')}, ${by('other')}; ${breaking} can break callers.`
}
