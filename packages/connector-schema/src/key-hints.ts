import * as z from 'zod'
import { unknownKey } from './unknown-keys.ts'

/**
 * What to say of a key that the schema does not know at a path. Where alternatives are told apart by one word, only the
 * keys of the chosen one are suggested, and a key of another is named as that.
 */
export function keyHint(
  root: z.ZodType,
  input: unknown,
  path: readonly PropertyKey[],
): (key: string) => string {
  let places: Place[] = [{ schema: root, value: input, chosenBy: undefined }]
  for (const part of path) places = places.flatMap(expand).flatMap((place) => descend(place, part))
  const holders = places.flatMap(expand)
  const known = keysOf(holders.filter(({ chosenBy }) => chosenBy === undefined))
  return (key) => {
    const owners = holders.filter(({ chosenBy, schema }) => chosenBy !== undefined && hasKey(schema, key))
    const words = [...new Set(owners.map(({ chosenBy }) => chosenBy))]
    if (words.length === 0) return unknownKey(key, known)
    return `\`${key}\` belongs to ${words.join(' or ')}; remove it, or choose that`
  }
}

/** A schema that may describe a value; `chosenBy` where the value has chosen another alternative. */
interface Place {
  readonly schema: z.core.$ZodType
  readonly value: unknown
  readonly chosenBy: string | undefined
}

function expand(place: Place): Place[] {
  const { schema, value, chosenBy } = place
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return expand({ ...place, schema: schema.unwrap() })
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def
    const word = memberOf(value, discriminator)
    return schema.options.flatMap((option) => {
      const own = wordOf(option, discriminator)
      const isChosen = own === word
      return expand({
        ...place,
        schema: option,
        chosenBy: isChosen ? chosenBy : `${discriminator} \`${own}\``,
      })
    })
  }
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => expand({ ...place, schema: option }))
  return [place]
}

function descend({ schema, value, chosenBy }: Place, part: PropertyKey): Place[] {
  const next = { value: memberOf(value, part), chosenBy }
  if (schema instanceof z.ZodArray) return [{ ...next, schema: schema.element }]
  if (schema instanceof z.ZodRecord) return [{ ...next, schema: schema.valueType }]
  if (!(schema instanceof z.ZodObject) || !Object.hasOwn(schema.shape, part)) return []
  return [{ ...next, schema: schema.shape[String(part)] }]
}

function memberOf(value: unknown, part: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? Reflect.get(value, part)
    : undefined
}

function wordOf(option: z.core.$ZodType, discriminator: string): unknown {
  const literal = option instanceof z.ZodObject ? option.shape[discriminator] : undefined
  return literal instanceof z.ZodLiteral ? literal.value : undefined
}

function keysOf(places: readonly Place[]): string[] {
  return places.flatMap(({ schema }) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []))
}

function hasKey(schema: z.core.$ZodType, key: string): boolean {
  return schema instanceof z.ZodObject && Object.hasOwn(schema.shape, key)
}
