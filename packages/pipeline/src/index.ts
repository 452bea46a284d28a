export { createSigningKeys, type SigningKeys } from './authentication/signing-key.ts'
export { createFlights, type Flights } from './caching/coalescing.ts'
export { isFresh } from './caching/freshness.ts'
export { type Scope, tagsOfScope } from './caching/tags.ts'
export type { CompiledConnector } from './compile/compile-connector.ts'
export { createTenantMemory, type TenantMemory } from './memory/tenant-memory.ts'
export { isEventStream } from './messages/event-stream.ts'
export { type HeaderList, headerValue } from './messages/header-list.ts'
export { version } from './messages/version.ts'
export { invalidHeaderValue } from './overrides/header-value.ts'
export { readHeaderOfOverrides, readQueryOverrides } from './overrides/parse-overrides.ts'
export { payloadTooLarge } from './overrides/payload-limit.ts'
export type { Ports } from './ports/context.ts'
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
} from './ports/ports.ts'
export { createPlans } from './prepared/prepared-requests.ts'
export { type Outcome, runExchange } from './run.ts'
export { shortestSearchedBytes } from './secrecy/forms.ts'
export { createInjectedSearches } from './secrecy/injected-searches.ts'
export { Secret } from './secrecy/secret.ts'
export type { SecretFindings } from './secrecy/secret-findings.ts'
export { viaPseudonym } from './stages/5-transform-request.ts'
export type { Answer, Call, Ending, Payload } from './steps/exchange.ts'
export type { Observer } from './steps/run-steps.ts'
export type { Timings } from './steps/timings.ts'
export { when } from './steps/when.ts'
export type { Disclosure, ShownJwt } from './tokens/disclosure.ts'
export { noTokenStore } from './tokens/no-token-store.ts'
export { createTokenSource, type TokenSource, type TokenSourceOptions } from './tokens/token-source.ts'
export type { CacheDecision } from './tracing/cache-decision.ts'
export { type DebugRequest, debugHeader, type ShownRow } from './tracing/debug-request.ts'
export type { FieldOrigin } from './tracing/origins.ts'
export { type ShownMessage, type Trace, type TraceOptions, traceExchange } from './tracing/trace.ts'
