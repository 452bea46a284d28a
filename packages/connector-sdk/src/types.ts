/** The public types. They stand on their own: the published declarations need no other package. */

/** What a call may send for one key; a `pattern` and roles are checked by the proxy alone. */
export interface ManifestConstraints {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | undefined
  readonly enum?: readonly (string | number | boolean)[] | undefined
  readonly pattern?: string | undefined
  readonly min_length?: number | undefined
  readonly max_length?: number | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly multiple?: boolean | undefined
}

/** The public face of one connector. */
export interface ManifestConnector {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly query: readonly string[]
  readonly headers: readonly string[]
  readonly path: { readonly required: readonly string[]; readonly optional: readonly string[] }
  readonly constraints: {
    readonly query?: Readonly<Record<string, ManifestConstraints>>
    readonly headers?: Readonly<Record<string, ManifestConstraints>>
  }
  readonly unlisted_parameters: 'reject' | 'allow'
  readonly payload: boolean
  readonly access: 'authenticated' | 'anonymous'
}

/** What `sluice types` writes and `GET /connectors/manifest` answers. */
export interface Manifest {
  readonly version: 1
  readonly connectors: Readonly<Record<string, ManifestConnector>>
  /** The types of answers by permalink, as `sluice types` writes them; there is never a value. */
  readonly responses?: object
}

/** A single override. Numbers must be finite. */
export type Scalar = string | number | boolean

/**
 * A call's payload. Plain objects, arrays, numbers, booleans and `null` are sent as JSON; text, bytes, forms
 * and streams as they are. A stream cannot be sent a second time.
 */
export type Payload = object | string | number | boolean | null

/** How to hand over the answer; without it JSON is parsed and anything else is text. */
export type ResponseAs = 'json' | 'text' | 'blob' | 'arrayBuffer' | 'stream' | 'response'

interface Answers {
  text: string
  blob: Blob
  arrayBuffer: ArrayBuffer
  /** `null` where the answer has no body. */
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null
  response: Response
}

/** What a connector answers in JSON: `unknown` where its definition has no `response_schema`. */
export type ResponseOf<M extends Manifest, P extends string> = M extends {
  readonly responses?: { readonly [K in P]: infer R }
}
  ? R
  : unknown

/** What a call resolves to. */
export type Answer<A extends ResponseAs | undefined, Json = unknown> =
  A extends Exclude<ResponseAs, 'json'> ? Answers[A] : Json

type ValueOf<C> = C extends { readonly enum: readonly (infer V)[] }
  ? V
  : C extends { readonly type: 'string' }
    ? string
    : C extends { readonly type: 'integer' | 'number' }
      ? number
      : C extends { readonly type: 'boolean' }
        ? boolean
        : Scalar

/** `unknown` where the key has no constraints. */
type ConstraintsOf<Rows, Key extends string> = Rows extends { readonly [K in Key]: infer C } ? C : unknown

// A repeated key is permitted where the constraints say so, or where there are none (spec: "The wire").
type QueryValue<C> = unknown extends C
  ? Scalar | readonly Scalar[]
  : C extends { readonly multiple: true }
    ? ValueOf<C> | readonly ValueOf<C>[]
    : ValueOf<C>

type ListedQuery<C extends ManifestConnector> = {
  readonly [K in C['query'][number]]?: QueryValue<ConstraintsOf<C['constraints']['query'], K>> | undefined
}

// A part that nothing may be sent in is no option at all: TypeScript accepts any literal for an empty type.
type QueryPart<C extends ManifestConnector> = C['unlisted_parameters'] extends 'reject'
  ? [C['query'][number]] extends [never]
    ? unknown
    : { readonly query?: ListedQuery<C> | undefined }
  : {
      readonly query?:
        | (ListedQuery<C> & Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>)
        | undefined
    }

type HeadersPart<C extends ManifestConnector> = [C['headers'][number]] extends [never]
  ? unknown
  : {
      readonly headers?:
        | {
            readonly [K in C['headers'][number]]?:
              | ValueOf<ConstraintsOf<C['constraints']['headers'], K>>
              | undefined
          }
        | undefined
    }

type OptionalPath<C extends ManifestConnector> = {
  readonly [K in C['path']['optional'][number]]?: Scalar | undefined
}

/** Whether some path key must be sent; `false` where the keys are not known. */
type NeedsPath<C extends ManifestConnector> = [C['path']['required'][number]] extends [never]
  ? false
  : string extends C['path']['required'][number]
    ? false
    : true

type PathPart<C extends ManifestConnector> =
  NeedsPath<C> extends true
    ? { readonly path: { readonly [K in C['path']['required'][number]]: Scalar } & OptionalPath<C> }
    : [C['path']['required' | 'optional'][number]] extends [never]
      ? unknown
      : { readonly path?: OptionalPath<C> | undefined }

type PayloadPart<C extends ManifestConnector> = C['payload'] extends false
  ? unknown
  : { readonly payload?: Payload | undefined }

interface CommonOptions<A extends ResponseAs | undefined> {
  readonly as?: A
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds for the whole call, 30 000 by default; the reading of a `stream` or `response` counts too. */
  readonly timeout?: number | undefined
  /**
   * How many times a call of an idempotent method may be sent again after 429, 502, 503 or 504: 2 by default, 0 for
   * none. `Retry-After` is honoured; one that is longer than `timeout` ends the call at once.
   */
  readonly retry?: number | undefined
}

/** The permalinks of a manifest. */
export type PermalinkOf<M extends Manifest> = Extract<keyof M['connectors'], string>

/** The options of a call: exactly what the connector permits. */
export type CallOptions<
  M extends Manifest,
  P extends PermalinkOf<M>,
  A extends ResponseAs | undefined = ResponseAs | undefined,
> = CommonOptions<A> &
  QueryPart<M['connectors'][P]> &
  HeadersPart<M['connectors'][P]> &
  PathPart<M['connectors'][P]> &
  PayloadPart<M['connectors'][P]>

type CallArguments<M extends Manifest, P extends PermalinkOf<M>, A extends ResponseAs | undefined> =
  NeedsPath<M['connectors'][P]> extends true
    ? [options: CallOptions<M, P, A>]
    : [options?: CallOptions<M, P, A>]

/** A client; its function needs no `this`. */
export interface ConnectorClient<M extends Manifest> {
  /**
   * Calls a connector with its own method. Without a manifest the proxy alone knows the method; the call is
   * POST where there is a payload, else GET, so connectors of other methods need a manifest.
   *
   * @returns the parsed JSON where the answer is JSON, else its text, `undefined` where it is empty; see `as`
   * @throws ConnectorError, or the reason of `signal` once that is aborted; nothing else
   */
  callConnector<P extends PermalinkOf<M>, A extends ResponseAs | undefined = undefined>(
    permalink: P,
    ...options: CallArguments<M, P, A>
  ): Promise<Answer<A, ResponseOf<M, P>>>
}

/** Gives the bearer token of the session; called for each call, and once more after an answer 401. */
export type SessionSource = () => string | Promise<string>

/** The options of `createConnectorClient`. */
export interface ClientOptions<M extends Manifest> {
  /** Where the proxy is; may have a path. Relative ones are resolved against the page. */
  readonly baseUrl: string | URL
  /** The file that `sluice types` writes. Without it calls are not typed, and the proxy alone enforces. */
  readonly manifest?: M | undefined
  /**
   * Where the bearer token comes from, or `cookie` for the session cookie of the page: its CSRF token is that of
   * `<meta name="csrf-token">` or `#csrftoken`, else it is fetched once. Without it calls are anonymous.
   */
  readonly session?: SessionSource | 'cookie' | undefined
  /** Sent as they are with every call (`traceparent`); never overrides. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}
