import type { ConnectorDocumentation, DocumentedManifest } from '@sluice/connector-schema'
import { responseTypes } from './response-types.ts'

/**
 * The text of `connectors.gen.ts`: what widget code may know of the connectors, as a constant that the SDK reads
 * at run time and TypeScript at compile time. The same connectors always give the same text.
 */
export async function connectorsFile(manifest: DocumentedManifest): Promise<string> {
  const documentation = new Map(Object.entries(manifest.documentation))
  const permalinks = Object.keys(manifest.connectors).sort()
  const connectors = permalinks.map((permalink) => {
    const face = JSON.stringify(manifest.connectors[permalink], null, 2)
    const member = `${JSON.stringify(permalink)}: ${face},`
    return indent(`${docComment(documentation.get(permalink))}${member}`, 4)
  })
  const typed: { readonly permalink: string; readonly text: string }[] = []
  for (const permalink of permalinks) {
    const schema = documentation.get(permalink)?.response_schema
    if (schema !== undefined) typed.push({ permalink, text: await responseTypes(schema) })
  }
  const value = `{\n  "version": 1,\n  "connectors": {\n${connectors.join('\n')}\n  }\n} as const satisfies Manifest`
  const head = [
    '// Written by `sluice types`; edit the registry instead.',
    "import type { Manifest } from '@sluice/connector-sdk'",
    '',
  ]
  if (typed.length === 0) return [...head, `export const manifest = ${value}`, ''].join('\n')
  return [
    ...head,
    `const connectors = ${value}`,
    '',
    '/** What the connectors answer, as their `response_schema` has it. */',
    'export declare namespace Responses {',
    ...typed.map(({ permalink, text }) =>
      indent(`namespace ${namespaceOf(permalink)} {\n${indent(text, 2)}\n}`, 2),
    ),
    '}',
    '',
    'interface ResponseTypes {',
    ...typed.map(
      ({ permalink }) => `  ${JSON.stringify(permalink)}: Responses.${namespaceOf(permalink)}.Response`,
    ),
    '}',
    '',
    'export const manifest: typeof connectors & { readonly responses?: ResponseTypes } = connectors',
    '',
  ].join('\n')
}

/** `idea-endorsements` → `IdeaEndorsements`; different permalinks give different names. */
function namespaceOf(permalink: string): string {
  return permalink.replace(/(?:^|-)(.)/g, (_, first: string) =>
    /\d/.test(first) ? `_${first}` : first.toUpperCase(),
  )
}

function docComment(documentation: ConnectorDocumentation | undefined): string {
  const text = [documentation?.name, documentation?.description]
    .filter((part) => part !== undefined && part.trim() !== '')
    .join('\n\n')
    // It would end the comment.
    .replaceAll('*/', '*\\/')
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
  if (text === '') return ''
  if (!text.includes('\n')) return `/** ${text} */\n`
  return `/**\n${text
    .split('\n')
    .map((line) => ` * ${line}`.trimEnd())
    .join('\n')}\n */\n`
}

function indent(text: string, width: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(width))
}
