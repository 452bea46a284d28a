import type {
  Manifest as AnyManifest,
  ManifestConnector as AnyManifestConnector,
} from '@sluice/connector-schema'

/** What `sluice types` writes. */
export type Manifest = AnyManifest
/** One connector of it. */
export type ManifestConnector = AnyManifestConnector

type ValueOf<C> = C extends { readonly enum: readonly (infer V)[] }
  ? V
  : C extends { readonly type: 'integer' | 'number' }
    ? number
    : C extends { readonly type: 'boolean' }
      ? boolean
      : string

type ConstraintsOf<Rows, Key extends string> = Rows extends { readonly [K in Key]: infer C } ? C : unknown

type QueryValue<C> = C extends { readonly multiple: true } ? readonly ValueOf<C>[] : ValueOf<C>

type ListedQuery<C extends ManifestConnector> = {
  readonly [K in C['query'][number]]?: QueryValue<ConstraintsOf<C['constraints']['query'], K>> | undefined
}

/** A call that the proxy would have let through, as a mock receives it. */
export interface MockedCall<C extends ManifestConnector> {
  /**
   * Query overrides in the types of their constraints: numbers, booleans, members of an `enum`, lists where
   * they are `multiple`; else the first value as text. `request` has them all as sent.
   */
  readonly query: C['unlisted_parameters'] extends 'reject'
    ? ListedQuery<C>
    : ListedQuery<C> & Readonly<Record<string, unknown>>
  /** Header overrides, spelled as in the manifest. */
  readonly headers: {
    readonly [K in C['headers'][number]]?: ValueOf<ConstraintsOf<C['constraints']['headers'], K>> | undefined
  }
  readonly path: { readonly [K in C['path']['required'][number]]: string } & {
    readonly [K in C['path']['optional'][number]]?: string | undefined
  }
  /** Parsed where it is JSON, text where it is text, else bytes; `undefined` where there is none. */
  readonly payload: unknown
  /** The request as the browser sent it; its body is still unread. */
  readonly request: Request
}

/** The permalinks of a manifest. */
export type PermalinkOf<M extends Manifest> = Extract<keyof M['connectors'], string>

/**
 * What the API answers: a `Response` as it is, text as text, `undefined` as 204, anything else as JSON.
 * `connectorProblem()`, returned or thrown, is the proxy's own failure.
 */
export type Mock<C extends ManifestConnector> = (call: MockedCall<C>) => unknown

/** Mocks by permalink; a connector without one fails the test that calls it. */
export type Mocks<M extends Manifest> = {
  readonly [P in PermalinkOf<M>]?: Mock<M['connectors'][P]> | undefined
}

/** The options of `connectorHandlers`. */
export interface HandlerOptions<M extends Manifest> {
  /** Where the proxy is, as the client under test has it. Any origin and path by default. */
  readonly baseUrl?: string | undefined
  /**
   * Path parameters whose `format` is not `segment`, by permalink: a manifest does not tell. Without it the
   * strictest format is asked of them.
   */
  readonly pathFormats?:
    | { readonly [P in PermalinkOf<M>]?: Readonly<Record<string, 'segment' | 'text' | 'path'>> }
    | undefined
  /**
   * Hears that a connector without a mock was called, or that a mock threw. By default the error is thrown where
   * nobody can catch it, which fails the test in every runner, also where the widget handles failed calls.
   */
  readonly onFailure?: ((error: Error) => void) | undefined
}
