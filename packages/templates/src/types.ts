import type { Session } from '@sluice/connector-schema'
import type { FilterRun } from './filters/filter-run.ts'
import type { RenderBudget } from './limits/limits.ts'
import type { ThreadClock } from './limits/time-limit.ts'

/** Where a template stands; decides which names it may use and how its output is made safe. */
export type PlaceName =
  | 'url'
  | 'header'
  | 'cookie'
  | 'query'
  | 'auth_header'
  | 'auth_query'
  | 'auth_text'
  | 'basic_username'
  | 'basic_password'
  | 'request_body'
  | 'response_body'

/** An error or a warning in a template, found when it is compiled. */
export interface TemplateDiagnostic {
  readonly code: DiagnosticCode
  /** What is wrong and what to write instead, for the author. */
  readonly message: string
  /** 1-based, of the author's text. */
  readonly line: number
  /** 1-based, of the author's text, in UTF-16 units. */
  readonly column: number
}

/** Every code that a diagnostic can carry. */
export type DiagnosticCode =
  | 'SYNTAX'
  | 'UNKNOWN_NAME'
  | 'UNKNOWN_FILTER'
  | 'UNKNOWN_TAG'
  | 'RESERVED_NAME'
  | 'NOT_ALLOWED_HERE'
  | 'INVALID_CALL'
  | 'INVALID_LITERAL'
  | 'INVALID_JSON_TEMPLATE'
  | 'INVALID_FORM_TEMPLATE'
  | 'INVALID_MARKUP_TEMPLATE'
  | 'INVALID_INNER_LANGUAGE'
  | 'UNENCODED_OUTPUT'
  | 'COMPUTED_KEY'
  | 'SECRET_DECIDES'
  | 'INNER_LANGUAGE'
  | 'INVALID_URL'
  | 'UNKNOWN_PATH_PARAMETER'
  | 'TOO_LARGE'
  | 'JINJA_TEMPLATE'
  | 'RAW_OUTPUT'

/**
 * What a template can depend on. Conservative: whatever occurs counts, also where it can never run.
 */
export interface Uses {
  readonly secrets: ReadonlySet<string>
  /** `required` is false only where every use has `| default:` directly after it. */
  readonly variables: ReadonlyMap<string, { readonly required: boolean }>
  /** `user.id`, `user.profile_fields.123`, `tenant_id`, …; `user` where the whole user or an unknown part is read. */
  readonly session: ReadonlySet<string>
  /** Whether a `user.*` has no `| default:` directly after it: without a user the template cannot be rendered. */
  readonly needsUser: boolean
  readonly pathParams: ReadonlySet<string>
  readonly body: boolean
  readonly response: boolean
  readonly time: boolean
}

/** What a render needs of the machine that it runs on: `nodeRuntime` of `@sluice/templates/runtime`. */
export interface TemplateRuntime extends ThreadClock {
  /** What each filter of the table does. */
  readonly filters: ReadonlyMap<string, FilterRun>
}

/** The values of one exchange. Only those that a template names are ever looked at. */
export interface TemplateValues {
  readonly session: Session
  readonly pathParams: Readonly<Record<string, string>>
  readonly variables: ReadonlyMap<string, string>
  readonly secrets?: ReadonlyMap<string, string>
  readonly nowSeconds: number
  /** The caller's payload. */
  readonly body?: { readonly text: string }
  readonly response?: ResponseValues
  readonly runtime: TemplateRuntime
}

/** The upstream's answer, as response templates see it. */
export interface ResponseValues {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** `undefined` where the body is not UTF-8. */
  readonly text: string | undefined
  /** What it is then, where that can be told. */
  readonly encoding?: string | undefined
}

/** A template that was parsed and analysed once and can be rendered any number of times. */
export interface CompiledTemplate {
  readonly source: string
  /** The text itself where the source has no markers: such strings never reach the engine. */
  readonly constant: string | undefined
  readonly uses: Uses
  /**
   * @param onSecret - gets the text of each output that depends on a secret, as it is before it is made safe for its
   *   place: what a response must not repeat
   * @param budget - what it may cost; where nothing is said, as much as where every other call waits meanwhile
   * @throws TemplateRenderError
   */
  render(values: TemplateValues, onSecret?: (text: string) => void, budget?: RenderBudget): string
  /**
   * The masked twin: an output that depends on a secret shows its source text. Never reads `values.secrets`.
   *
   * @throws TemplateRenderError
   */
  renderMasked(values: TemplateValues, budget?: RenderBudget): string
}

/** What `compileTemplate` and `compileUrl` found. `errors` is empty exactly when there is a result. */
export interface Findings {
  readonly errors: readonly TemplateDiagnostic[]
  readonly warnings: readonly TemplateDiagnostic[]
}

/** How a path parameter is written into a path (spec: "path_parameters"). */
export type PathParameterFormat = 'segment' | 'text' | 'path'

/** A connector's `url`, its origin and its target apart, so that no value of a path can move the host. */
export interface CompiledUrl {
  readonly source: string
  readonly uses: Uses
  /** `undefined` where a variable gives the whole origin. */
  readonly scheme: 'http' | 'https' | undefined
  /** `host[:port]`, normalised, where no template stands in it. */
  readonly literalHost: string | undefined
  /** Every key that the URL's own query string can have, decoded. */
  readonly queryKeys: readonly string[]
  /**
   * For example `https://api.example.com:8443`.
   *
   * @throws TemplateRenderError reason `host` when a variable's value does not leave a valid host
   */
  renderOrigin(values: TemplateValues): string
  /**
   * Path and query string, percent-encoded and checked; begins with one `/`.
   *
   * @throws TemplateRenderError
   */
  renderTarget(values: TemplateValues): string
}

/** How a template is compiled. */
export interface CompileOptions {
  readonly place: PlaceName
  /** Of a body: how its outputs are made safe; none is JSON. */
  readonly contentType?: string
  /** The connector's path parameters by key, where they are known: no other may be named. */
  readonly pathParameters?: ReadonlyMap<string, PathParameterFormat>
}
