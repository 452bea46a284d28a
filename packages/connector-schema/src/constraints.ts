import { RE2JS } from 're2js'
import * as z from 'zod'

/** Rules for what a caller may send for one row (spec: `constraints`). */
export const constraintsSchema = z.strictObject({
  type: z
    .enum(['string', 'integer', 'number', 'boolean'])
    .optional()
    .describe('What the value must read as; `string` where nothing is said'),
  enum: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(200)
    .optional()
    .describe('The only values that may be sent'),
  pattern: z
    .string()
    .min(1)
    .max(1000)
    .refine(compiles, 'must be valid RE2, which has no look-around and no back-references')
    .optional()
    .describe('RE2 syntax; must match the whole value'),
  min_length: z.int().min(0).optional().describe('Characters at least'),
  max_length: z.int().min(0).optional().describe('Characters at most'),
  minimum: z.number().optional().describe('Least number'),
  maximum: z.number().optional().describe('Greatest number'),
  multiple: z.boolean().optional().describe('Whether the key may be sent more than once'),
  roles: z
    .array(z.string().min(1).max(255))
    .max(100)
    .optional()
    .describe('Roles that may send this override'),
})

function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern)
    return true
  } catch {
    return false
  }
}

export type Constraints = z.infer<typeof constraintsSchema>
