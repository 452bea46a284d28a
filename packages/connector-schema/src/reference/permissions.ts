import { grantKinds, opaqueKinds, unexplained } from '../permissions/codes.ts'
import { code, table } from './table.ts'

const introduction = `# Permission facts

\`sluice diff old new\` tells a change of connectors as facts: what it lets happen that was not, and what no longer. Each
fact has a code, a direction and one sentence.

| direction | meaning |
|---|---|
| \`wider\` | something may happen that could not before |
| \`narrower\` | something may no longer happen |
| \`other\` | a text changed, and only people can say what that lets happen |

\`breaks_callers\` says that a call which worked before can fail now. With \`--json\` a fact is
\`{ "connector", "code", "direction", "breaks_callers", "message", "path" }\`; \`connector\` is \`null\` for a fact of
\`sluice.json\`. This page is written from the code (\`npx -y pnpm@12 --filter @sluice/connector-schema generate\`); a test
compares the two.`

/** `docs/reference-permissions.md`. */
export function permissionsPage(): string {
  const grants = Object.entries(grantKinds).map(([name, { meaning, callersNeedIt }]) => [
    code(name),
    meaning,
    callersNeedIt ? 'when it is lost' : '',
  ])
  const texts = Object.entries(opaqueKinds).map(([name, { meaning, breaksCallers }]) => [
    code(name),
    meaning,
    breaksCallers ? 'yes' : '',
  ])
  return `${[
    introduction,
    '## Facts that are wider or narrower',
    table(['code', 'what it lets happen', 'breaks callers'], grants),
    '## Texts that changed',
    table(['code', 'what changed', 'breaks callers'], texts),
    `\`UNEXPLAINED\` is ${unexplained.meaning}.`,
  ].join('\n\n')}\n`
}
