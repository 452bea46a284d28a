import { limits } from '../limits/limits.ts'
import type { Filter, Filtered, Value } from '../tree/expressions.ts'
import { type FlowNode, nodesInside } from '../tree/flow.ts'
import type { ParsedTemplate } from '../tree/parsed-template.ts'
import type { Statement } from '../tree/statement.ts'
import { CompileFailure } from './failure.ts'
import { type BindingNode, settleNames } from './settle-names.ts'

/**
 * What a value has of a secret: the secret itself, perhaps encoded; text around it too; or only a hash or a signature.
 * The names that a template binds know the first two.
 */
type Share = 'whole' | 'mixed' | 'digest'

const encoders = [
  'base64_encode',
  'base64_decode',
  'base64url_encode',
  'base64_url_safe_encode',
  'base64_url_safe_decode',
  'url_encode',
  'cgi_escape',
  'uri_escape',
  'json',
  'tojson',
  'json_encode',
] as const
const digests = ['sha1', 'sha256', 'sha512', 'hmac_sha1', 'hmac_sha256', 'hmac_sha512', 'jwt_encode'] as const

/** What leaves a secret what it is, or hides it wholly; a filter that is not here could tell its characters apart. */
const passing: ReadonlySet<string> = new Set([
  'append',
  'prepend',
  'strip',
  'from_json',
  'raw',
  ...encoders,
  ...digests,
])
/** What APIs want of a signature in hexadecimal digits, which tell nothing. */
const passingDigests: ReadonlySet<string> = new Set(['upcase', 'downcase'])
/** Filters whose first argument may be a secret. */
const takingSecrets: ReadonlySet<string> = new Set([
  'append',
  'prepend',
  'hmac_sha1',
  'hmac_sha256',
  'hmac_sha512',
  'jwt_encode',
])

const allowed =
  'alone, with text around it, with append, prepend or strip, an encoder (base64_encode, url_encode, json), a hash, a signature, or from_json and the name of a property'

/**
 * Follows secrets through a template: they only pass through. Conservative: a name counts for all that is ever bound
 * to it, whatever the order and whichever branch.
 */
export class SecretFlow {
  /** Every statement that writes or binds what depends on a secret. */
  readonly bearers = new Set<Statement>()
  readonly failures: CompileFailure[] = []
  private readonly names = new Map<string, 'whole' | 'mixed'>()

  constructor({ flow, statements }: ParsedTemplate) {
    settleNames(flow, (node) => this.bindNode(node))
    for (const statement of statements) this.check(statement)
  }

  private check(statement: Statement): void {
    const { tag, expressions } = statement
    for (const filtered of expressions) {
      for (const value of valuesOf(filtered)) this.checkProperties(value)
      if (tag === 'output' || tag === 'echo' || tag === 'assign') {
        this.checkChain(filtered)
        if (this.shareOf(filtered) !== undefined) this.bearers.add(statement)
      } else if (this.shareOfValue(filtered.value) !== undefined) {
        const message = `A secret cannot decide what {% ${tag} %} does: write it only in an output, ${allowed}. Let a variable decide.`
        this.fail(message, filtered.value.begin)
      }
    }
  }

  private checkChain({ value, filters }: Filtered): void {
    let share: Share | undefined = this.shareOfValue(value)
    for (const filter of filters) {
      this.checkArguments(filter)
      if (share !== undefined) this.checkFilter(filter, share)
      share = this.after(filter, share)
    }
  }

  private checkFilter(filter: Filter, share: Share): void {
    const { name, begin } = filter
    if (name === 'default') {
      this.fail('A secret needs no default: without it nothing is sent.', begin)
    } else if (name === 'from_json' && share !== 'whole') {
      this.fail('from_json reads a secret itself, not one with text around it: remove that text.', begin)
    } else if (name === 'strip' && filter.arguments.length > 0) {
      this.fail('strip takes white space alone from a secret: write | strip.', begin)
    } else if (!passing.has(name) && !(share === 'digest' && passingDigests.has(name))) {
      this.fail(`${name} could tell the characters of a secret apart: write a secret ${allowed}.`, begin)
    }
  }

  private checkArguments({ name, arguments: positional, named }: Filter): void {
    for (const [index, value] of [...positional, ...named.values()].entries()) {
      if (this.shareOfValue(value) === undefined || (index === 0 && takingSecrets.has(name))) continue
      const message = `A secret cannot be an argument of ${name}: only append and prepend take one, and signatures as their key.`
      this.fail(message, value.begin)
    }
  }

  /** A secret chooses no property, and of a secret only those are read that the template names. */
  private checkProperties(value: Value): void {
    if (value.kind === 'range') for (const bound of value.bounds) this.checkProperties(bound)
    if (value.kind !== 'path' && value.kind !== 'call') return
    const isOfSecret = this.shareOfRoot(value) !== undefined
    for (const property of value.properties) {
      if (typeof property === 'object') {
        this.checkProperties(property.computed)
        if (!isOfSecret && this.shareOfValue(property.computed) === undefined) continue
        this.fail('A secret has and chooses no computed property: write the name itself.', value.begin)
      } else if (isOfSecret && (typeof property === 'number' || /^(?:-?\d+|size|length)$/.test(property))) {
        const message =
          'A secret is read by the names of its properties: size and an index could tell its characters apart. Write .first for the first of a list.'
        this.fail(message, value.begin)
      }
    }
  }

  /** What is left of a secret behind a filter. */
  private after({ name, arguments: positional, named }: Filter, share: Share | undefined): Share | undefined {
    const takesSecret = [...positional, ...named.values()].some(
      (value) => this.shareOfValue(value) !== undefined,
    )
    if (share === undefined && !takesSecret) return undefined
    if ((digests as readonly string[]).includes(name)) return 'digest'
    return takesSecret || name === 'append' || name === 'prepend' ? 'mixed' : share
  }

  private shareOf({ value, filters }: Filtered): Share | undefined {
    let share: Share | undefined = this.shareOfValue(value)
    for (const filter of filters) share = this.after(filter, share)
    return share
  }

  private shareOfValue(value: Value): 'whole' | 'mixed' | undefined {
    if (value.kind === 'range') {
      return value.bounds.some((bound) => this.shareOfValue(bound) !== undefined) ? 'mixed' : undefined
    }
    if (value.kind !== 'path' && value.kind !== 'call') return undefined
    const isChosen = value.properties.some(
      (property) => typeof property === 'object' && this.shareOfValue(property.computed) !== undefined,
    )
    return isChosen ? 'mixed' : this.shareOfRoot(value)
  }

  private shareOfRoot(value: Extract<Value, { kind: 'path' | 'call' }>): 'whole' | 'mixed' | undefined {
    if (value.kind === 'call') return value.name === 'get_secret' ? 'whole' : undefined
    return this.names.get(value.root)
  }

  private bindNode(node: BindingNode): boolean {
    switch (node.kind) {
      case 'assign':
        return this.bind(node.name, this.shareOf(node.value))
      case 'capture':
        return this.bind(node.name, this.shareOfFlow(node.body))
      case 'loop':
        return this.bind(node.variable, this.shareOfValue(node.collection))
    }
  }

  private bind(name: string, share: Share | undefined): boolean {
    const known = this.names.get(name)
    if (share === undefined || known === 'mixed') return false
    const joined = share === 'whole' ? 'whole' : 'mixed'
    this.names.set(name, joined)
    return joined !== known
  }

  /** What a capture gathers is text around whatever it writes. */
  private shareOfFlow(nodes: readonly FlowNode[]): 'mixed' | undefined {
    const isBearer = nodes.some((node) => {
      if (node.kind === 'output') return this.shareOf(node.value) !== undefined
      if (node.kind === 'cycle') return node.values.some((value) => this.shareOfValue(value) !== undefined)
      return node.kind !== 'capture' && this.shareOfFlow(nodesInside(node)) !== undefined
    })
    return isBearer ? 'mixed' : undefined
  }

  private fail(message: string, offset: number): void {
    if (this.failures.length < limits.failures)
      this.failures.push(new CompileFailure('SECRET_DECIDES', message, offset))
  }
}

function valuesOf({ value, filters }: Filtered): readonly Value[] {
  return [value, ...filters.flatMap((filter) => [...filter.arguments, ...filter.named.values()])]
}
