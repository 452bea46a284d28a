import type { KeyObject } from 'node:crypto'
import type { SigningKeys } from '../authentication/signing-key.ts'
import type { Flights } from '../caching/coalescing.ts'
import type { Plans } from '../prepared/prepared-requests.ts'
import type { InjectedSearches } from '../secrecy/injected-searches.ts'
import type { SecretFindings } from '../secrecy/secret-findings.ts'
import type { Disclose } from '../tokens/disclosure.ts'
import type { TokenSource } from '../tokens/token-source.ts'
import type {
  CacheStore,
  Clock,
  IsolatedRenderer,
  Limits,
  SecretReader,
  Upstream,
  VariableReader,
} from './ports.ts'

/** Everything that one exchange needs from outside. */
export interface Ports {
  readonly secrets: SecretReader
  readonly variables: VariableReader
  readonly upstream: Upstream
  readonly cache: CacheStore
  /** For the bodies of stages 5 and 7 that are large or hard to render. */
  readonly isolatedRenderer: IsolatedRenderer
  readonly tokens: TokenSource
  /** How credentials were made, for their owner: set by a trace that reveals it, never by a server. */
  readonly disclose?: Disclose
  /** What JWTs are signed with. */
  readonly signingKeys: SigningKeys
  /** Prepared requests. */
  readonly plans: Plans
  /** Requests under way that others may wait for. */
  readonly flights: Flights
  /** The searches of responses that were built. */
  readonly searches: InjectedSearches
  /** Hears where a response held what was sent. */
  readonly findings: SecretFindings
  readonly clock: Clock
  /** A number from 0 up to 1, as `Math.random` gives it. */
  readonly random: () => number
  readonly limits: Limits
  /** Key of the HMAC that makes cache keys unguessable; at least 32 bytes. */
  readonly cacheKeySecret: KeyObject
  /**
   * Keys under which invalidations are named. During a rotation there are several: what is invalidated is published
   * under every one, and a stored response depends on its name under every one.
   */
  readonly invalidationKeys: readonly KeyObject[]
}
