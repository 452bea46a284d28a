import type { Binding, Source } from '../evaluate/scope.ts'
import { limits } from '../limits/limits.ts'
import { isValueRoot } from '../names.ts'
import { type Call, callKey, type Filtered, type Path, type Value } from '../tree/expressions.ts'
import type { Statement } from '../tree/statement.ts'
import type { Uses } from '../types.ts'
import { checkFilters } from './check-filters.ts'
import { checkPath, type Subject } from './check-names.ts'
import { CompileFailure } from './failure.ts'
import { SecretFlow } from './secret-flow.ts'

/** All that rendering, access, caching and secret handling need to know of a template. */
export interface Analysis {
  readonly uses: Uses
  readonly bindings: readonly Binding[]
  /** Outputs of a path parameter whose slashes stay, and its name. */
  readonly pathTexts: ReadonlyMap<Value, string>
  /** What writes or binds a value that depends on a secret: the masked twin shows it as its author wrote it. */
  readonly secretBearers: ReadonlySet<Statement>
  readonly failures: readonly CompileFailure[]
  readonly warnings: readonly CompileFailure[]
}

/**
 * Finds every name that occurs, whatever local scope says and whether or not it can be reached, and refuses
 * those that may not stand in this place.
 */
export function analyse(subject: Subject): Analysis {
  const analyser = new Analyser(subject)
  for (const statement of subject.parsed.statements) analyser.statement(statement)
  return analyser.result()
}

class Analyser {
  private readonly subject: Subject
  private readonly bindings = new Map<string, Binding>()
  private readonly pathTexts = new Map<Value, string>()
  private readonly failures: CompileFailure[] = []
  private readonly warnings: CompileFailure[] = []
  private readonly secrets = new Set<string>()
  private readonly variables = new Map<string, { readonly required: boolean }>()
  private readonly session = new Set<string>()
  private readonly pathParams = new Set<string>()
  private readonly roots = new Set<string>()
  private needsUser = false
  private time = false

  constructor(subject: Subject) {
    this.subject = subject
  }

  statement(statement: Statement): void {
    const isOutput = statement.tag === 'output' || statement.tag === 'echo'
    for (const filtered of statement.expressions) {
      for (const failure of checkFilters(filtered, this.subject.place, isOutput)) {
        this.failures.push(failure)
        if (this.failures.length >= limits.failures) break
      }
      const isPathText = isOutput && !statement.inCapture && this.takePathText(filtered)
      if (!isPathText) this.filtered(filtered, statement)
    }
  }

  result(): Analysis {
    const { secrets, variables, session, needsUser, pathParams, time } = this
    const body = this.roots.has('body') || this.roots.has('body_text')
    // Where a secret may not stand at all, that is what is wrong with it.
    const { parsed, place } = this.subject
    const secretFlow = secrets.size > 0 && place.secrets ? new SecretFlow(parsed) : undefined
    return {
      uses: {
        secrets,
        variables,
        session,
        needsUser,
        pathParams,
        body,
        response: this.roots.has('response'),
        time,
      },
      bindings: [...this.bindings.values()].map((binding) => this.withRequired(binding)),
      pathTexts: this.pathTexts,
      secretBearers: secretFlow?.bearers ?? new Set(),
      failures: [...this.failures, ...(secretFlow?.failures ?? [])],
      warnings: this.warnings,
    }
  }

  private filtered({ value, filters }: Filtered, statement: Statement): void {
    this.value(value, statement, filters[0]?.name === 'default')
    for (const filter of filters) {
      if (filter.name === 'raw') this.warnings.push(rawWarning(filter.begin))
      for (const argument of [...filter.arguments, ...filter.named.values()]) this.value(argument, statement)
    }
  }

  private value(value: Value, statement: Statement, hasDefault = false): void {
    if (value.kind === 'literal' || value.kind === 'nothing') return
    if (value.kind === 'range') {
      for (const bound of value.bounds) this.value(bound, statement)
      return
    }
    if (value.kind === 'call') {
      this.bind(callKey(value), this.call(value, hasDefault), value.begin)
    } else this.path(value, statement)
    if (isOfUser(value) && !hasDefault) this.needsUser = true
    for (const property of value.properties) {
      if (typeof property === 'object') this.value(property.computed, statement)
    }
  }

  private call(call: Call, hasDefault: boolean): Source {
    const name = String(call.argument)
    switch (call.name) {
      case 'get_secret':
        this.secret(name, call.begin)
        return { from: 'secret', name }
      case 'get_variable': {
        const required = !hasDefault || (this.variables.get(name)?.required ?? false)
        this.variables.set(name, { required })
        return { from: 'variable', name, required }
      }
      case 'now':
        this.time = true
        return { from: 'now', offsetSeconds: Number(call.argument) }
      case 'user.profile_fields.by_id':
        this.session.add(`user.profile_fields.${name}`)
        return { from: 'profile_field', id: Number(call.argument), required: false }
    }
  }

  private secret(name: string, begin: number): void {
    const { place } = this.subject
    if (!place.secrets) {
      const message = `get_secret cannot stand in ${place.label}: put the secret into a header, a query parameter or the authentication.`
      this.failures.push(new CompileFailure('NOT_ALLOWED_HERE', message, begin))
    }
    this.secrets.add(name)
  }

  private path(path: Path, statement: Statement): void {
    const { root, begin } = path
    const [property] = path.properties
    const isTold = this.failures.length < limits.failures
    const failure = isTold ? checkPath(path, statement, this.subject) : undefined
    if (failure !== undefined) this.failures.push(failure)
    this.roots.add(root)
    if (root === 'user') this.session.add(typeof property === 'string' ? `user.${property}` : 'user')
    if (root === 'tenant_id') this.session.add('tenant_id')
    if (root === 'pathParams' && typeof property === 'string') this.pathParams.add(property)
    if (isValueRoot(root))
      this.bind(root, root === 'user' ? { from: root, required: false } : { from: root }, begin)
  }

  /** A path parameter of format `path`, alone in an output outside `capture`: its slashes stay. */
  private takePathText({ value, filters }: Filtered): boolean {
    const { place, pathParameters } = this.subject
    if (!place.isUrl || value.kind !== 'path' || value.root !== 'pathParams' || filters.length > 0)
      return false
    const [name, ...more] = value.properties
    if (typeof name !== 'string' || more.length > 0 || pathParameters?.get(name) !== 'path') return false
    this.pathParams.add(name)
    this.pathTexts.set(value, name)
    return true
  }

  private bind(key: string, source: Source, offset: number): void {
    if (!this.bindings.has(key)) this.bindings.set(key, { key, source, offset })
  }

  /** A variable, and the user, are required as soon as one of their uses has no default. */
  private withRequired(binding: Binding): Binding {
    const { source } = binding
    if (source.from === 'user' || source.from === 'profile_field') {
      return { ...binding, source: { ...source, required: this.needsUser } }
    }
    if (source.from !== 'variable') return binding
    return { ...binding, source: { ...source, required: this.variables.get(source.name)?.required ?? true } }
  }
}

function isOfUser(value: Path | Call): boolean {
  return value.kind === 'path' ? value.root === 'user' : value.name === 'user.profile_fields.by_id'
}

function rawWarning(offset: number): CompileFailure {
  const message =
    'raw switches encoding off: a value can change the structure around it. Remove it unless that is meant.'
  return new CompileFailure('RAW_OUTPUT', message, offset)
}
