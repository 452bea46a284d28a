import type { Uses } from '@sluice/templates'
import type { DefinitionReport } from '../definition-report.ts'
import { identityClaims, identityParameters, refuseCallersIdentity } from './callers-identity.ts'
import { compileConfigField, configPath } from './config-field.ts'
import type { RenderFields } from './render-fields.ts'

/** A JSON object on both sides of the mask. */
export interface MaskedJson {
  readonly real: Readonly<Record<string, unknown>>
  readonly masked: Readonly<Record<string, unknown>>
}

/** A JSON object whose string leaves are templates of their own: a value never becomes structure. */
export interface JsonTemplates {
  readonly uses: readonly Uses[]
  render(fields: RenderFields): MaskedJson
}

/** A part of the object, for both sides of the mask. Without a secret both are the same. */
type Node = (fields: RenderFields) => { readonly real: unknown; readonly masked: unknown }

/** Deeper than any claim set is, and far from the end of the stack. */
const maxDepth = 16

type JsonObject = Readonly<Record<string, unknown>>

/** Compiles claims; those that say who is asking take no value of the caller. */
export function compileClaims(
  field: string,
  value: JsonObject | undefined,
  report: DefinitionReport,
): JsonTemplates {
  return compileJson({ field, value, identity: identityClaims }, report)
}

/** Compiles the additional parameters of a token request. */
export function compileParameters(value: JsonObject | undefined, report: DefinitionReport): JsonTemplates {
  return compileJson({ field: 'extra_parameters', value, identity: identityParameters }, report)
}

/** Compiles the JOSE header fields of a definition. */
export function compileJwtHeaders(value: JsonObject | undefined, report: DefinitionReport): JsonTemplates {
  return compileJson({ field: 'jwt_headers', value, identity: [] }, report)
}

interface JsonField {
  readonly field: string
  readonly value: JsonObject | undefined
  /** Members that say who is asking. */
  readonly identity: readonly string[]
}

/** Compiles the string leaves of an object of the definition. */
function compileJson({ field, value, identity }: JsonField, report: DefinitionReport): JsonTemplates {
  const uses: Uses[] = []

  function compile(path: string, part: unknown, depth: number): Node {
    if (depth > maxDepth) {
      report.error(configPath(path), 'TOO_LARGE', `JSON may be nested ${maxDepth} levels deep`)
      return constant(null)
    }
    if (typeof part === 'string') return compileLeaf(path, part)
    if (Array.isArray(part)) {
      const nodes = part.map((item, index) => compile(`${path}[${index}]`, item, depth + 1))
      return (fields) => {
        const twins = nodes.map((node) => node(fields))
        return { real: twins.map(({ real }) => real), masked: twins.map(({ masked }) => masked) }
      }
    }
    if (typeof part === 'object' && part !== null) return compileObject(path, part, depth)
    return constant(part)
  }

  function compileLeaf(path: string, source: string): Node {
    const template = compileConfigField({ field: path, source, place: 'auth_text' }, report)
    if (template === undefined) return constant(source)
    uses.push(template.uses)
    return (fields) => fields.text(configPath(path), template)
  }

  function compileObject(path: string, holder: object, depth: number): Node {
    const nodes = Object.entries(holder).map(([key, item]): readonly [string, Node] => {
      const before = uses.length
      const node = compile(`${path}.${key}`, item, depth + 1)
      if (depth === 0 && identity.includes(key)) {
        for (const used of uses.slice(before)) refuseCallersIdentity(`${path}.${key}`, used, report)
      }
      return [key, node]
    })
    return (fields) => {
      const twins = nodes.map(([key, node]) => [key, node(fields)] as const)
      return {
        real: Object.fromEntries(twins.map(([key, { real }]) => [key, real])),
        masked: Object.fromEntries(twins.map(([key, { masked }]) => [key, masked])),
      }
    }
  }

  const root = compileObject(field, value ?? {}, 0)
  return { uses, render: (fields) => root(fields) as MaskedJson }
}

function constant(value: unknown): Node {
  const twin = { real: value, masked: value }
  return () => twin
}

/** The uses of templates, some of which a definition may lack. */
export function usesOf(templates: readonly ({ readonly uses: Uses } | undefined)[]): readonly Uses[] {
  return templates.filter((template) => template !== undefined).map(({ uses }) => uses)
}
