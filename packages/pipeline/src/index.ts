export { createFlights, type Flights } from './caching/flights.ts'
export { isFresh } from './caching/freshness.ts'
export { type Scope, tagOf } from './caching/tags.ts'
export {
  type Compilation,
  type CompiledConnector,
  type CompileOptions,
  compileConnector,
} from './compile-connector.ts'
export type { Answer, Call, Ending, Payload } from './exchange.ts'
export { type HeaderList, headerValue } from './header-list.ts'
export { invalidHeaderValue } from './header-value.ts'
export type { LiteralDestination } from './literal-destination.ts'
export { payloadTooLarge } from './payload-limit.ts'
export { createPlans } from './plans.ts'
export {
  type CacheEntry,
  type CacheStore,
  type Clock,
  defaultLimits,
  type Found,
  type Freshness,
  type IsolatedRender,
  type IsolatedRenderer,
  type IsolatedValues,
  type Limits,
  type Logger,
  type SecretReader,
  type StoredAnswer,
  type StoredSecret,
  type StoredToken,
  type StoredVariable,
  type Ticket,
  type TokenStore,
  type Upstream,
  type UpstreamAnswer,
  type UpstreamRequest,
  type VariableReader,
} from './ports.ts'
export { readHeaderOfOverrides, readQueryOverrides } from './read-overrides.ts'
export { type Outcome, runExchange } from './run.ts'
export { shortestSearchedBytes } from './secrecy/forms.ts'
export { Secret } from './secrecy/secret.ts'
export { viaPseudonym } from './stages/5-transform-request.ts'
export type { Ports } from './surroundings.ts'
export type { Observer } from './through.ts'
export type { Timings } from './timings.ts'
export { noTokenStore } from './tokens/no-token-store.ts'
export { createTokenSource, type TokenSource, type TokenSourceOptions } from './tokens/token-source.ts'
export type { CacheDecision } from './tracing/cache-decision.ts'
export { type DebugRequest, debugHeader, type ShownRow } from './tracing/debug-request.ts'
export type { FieldOrigin } from './tracing/origins.ts'
export { type ShownMessage, type Trace, traceExchange } from './tracing/trace.ts'
export { version } from './version.ts'
export { when } from './when.ts'
