import * as z from 'zod'
import { definitionSchema } from '../definition.ts'
import { code, table } from './table.ts'

type Schema = z.core.JSONSchema.JSONSchema

const introduction = `# The definition of a connector

Every field, as the schema has it. A registry is \`{ "connectors": [ … ] }\`; an unknown key is a warning that
names the nearest known one, and an error for \`sluice validate --strict\`. What templates may say stands in [\`templates.md\`](templates.md), what each type of authentication does in
[\`authentication.md\`](authentication.md). This page is written from the code
(\`npx -y pnpm@12 --filter @sluice/connector-schema generate\`); a test compares the two. Beyond it saving checks what no
schema can say, and tells each mistake with its place.`

/** `docs/reference-definition.md`. */
export function definitionPage(): string {
  const schema = z.toJSONSchema(definitionSchema, { io: 'input' })
  return `${[introduction, ...sectionsOf('The connector', schema)].join('\n\n')}\n`
}

/** A heading and a table for an object, and then the same for each object inside it, once. */
function sectionsOf(title: string, schema: Schema, seen = new Set<string>()): string[] {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([key, field]) => [key, asSchema(field)] as const,
  )
  if (fields.length === 0) return []
  const rows = fields.map(([key, field]) => [
    code(key),
    typeOf(field),
    schema.required?.includes(key) ? 'required' : defaultOf(field),
    [field.description ?? '', ...limitsOf(field)].filter((part) => part !== '').join('; '),
  ])
  const inner = fields.flatMap(([key, field]) => partsOf(key, field))
  return [
    `## ${title}`,
    table(['field', 'type', 'default', 'meaning and limits'], rows),
    ...inner.flatMap(([name, part]) => {
      const identity = `${name} ${JSON.stringify(part)}`
      if (seen.has(identity)) return []
      seen.add(identity)
      return sectionsOf(name, part, seen)
    }),
  ]
}

/** The objects inside a field, each with the heading of its section. */
function partsOf(key: string, field: Schema): readonly (readonly [title: string, part: Schema])[] {
  if (field.oneOf !== undefined) {
    return field.oneOf.map((option) => {
      const { type, config } = asSchema(option).properties ?? {}
      return [
        `${code(key)} of type ${code(String(asSchema(type).const))}: its ${code('config')}`,
        asSchema(config),
      ]
    })
  }
  // One, or a list of the same.
  const [single] = field.anyOf ?? []
  if (single !== undefined) return [[code(key), asSchema(single)]]
  const { items } = field
  if (items !== undefined && !Array.isArray(items)) return [[`A row of ${code(key)}`, asSchema(items)]]
  return [[code(key), field]]
}

function asSchema(schema: unknown): Schema {
  return typeof schema === 'object' && schema !== null ? (schema as Schema) : {}
}

function typeOf(field: Schema): string {
  if (field.enum !== undefined) return field.enum.map((value) => code(String(value))).join(', ')
  if (field.const !== undefined) return code(String(field.const))
  if (field.oneOf !== undefined) return 'object with a `type`'
  if (field.anyOf !== undefined) return field.anyOf.map((one) => typeOf(asSchema(one))).join(', or ')
  if (field.type === 'array') return `list of ${typeOf(asSchema(field.items))}`
  return [field.type ?? 'anything'].flat().join(', ')
}

function defaultOf({ default: value }: Schema): string {
  return value === undefined ? '–' : code(JSON.stringify(value))
}

function limitsOf(field: Schema): string[] {
  const limit = (text: string, value: number | string | undefined) =>
    value === undefined ? [] : [`${text} ${value}`]
  const greatest = field.maximum === Number.MAX_SAFE_INTEGER ? undefined : field.maximum
  return [
    ...limit('at least', field.minimum),
    ...limit('at most', greatest),
    ...limit('shortest', field.minLength),
    ...limit('longest', field.maxLength),
    ...limit('fewest', field.minItems),
    ...limit('most', field.maxItems),
    ...(field.anyOf ?? []).flatMap((one) => limitsOf(asSchema(one))),
    ...limit('matches', field.pattern && code(field.pattern)),
  ]
}
