/** What we use of the suite, which has no types of its own. */

declare module 'http-cache-tests/tests/index.mjs' {
  /** One request of a test, and what is expected of its response. */
  interface SuiteRequest {
    readonly request_headers?: readonly (readonly [string, string])[]
  }

  /** One test of the suite. */
  interface SuiteTest {
    readonly id: string
    readonly name: string
    /** `required` where there is none; a `check` has no right outcome. */
    readonly kind?: 'required' | 'optimal' | 'check'
    readonly browser_only?: boolean
    /** Tests without whose success this one says nothing. */
    readonly depends_on?: readonly string[]
    readonly requests: readonly SuiteRequest[]
  }

  const suites: readonly { readonly name: string; readonly tests: readonly SuiteTest[] }[]
  export default suites
}

declare module 'http-cache-tests/client/runner.mjs' {
  type Fetch = (url: string, init?: RequestInit) => Promise<Response>
  export function runTests(suites: unknown, fetch: Fetch, isBrowser: boolean, base: string): Promise<void>
  /** By id: `true`, or what failed: a kind (`Assertion`, `Setup`) and a message. */
  export function getResults(): Readonly<Record<string, true | readonly [kind: string, message: string]>>
}

declare module 'http-cache-tests/server/handle-config.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export default function handle(segments: string[], request: IncomingMessage, response: ServerResponse): void
}

declare module 'http-cache-tests/server/handle-state.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export default function handle(segments: string[], request: IncomingMessage, response: ServerResponse): void
}

declare module 'http-cache-tests/server/handle-test.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export default function handle(segments: string[], request: IncomingMessage, response: ServerResponse): void
}

declare module 'http-cache-tests/server/utils.mjs' {
  /** What a test's API received and sent, by the test's id. */
  export const stash: ReadonlyMap<
    string,
    readonly {
      readonly request_num: number
      readonly response_headers: readonly (readonly [string, string | readonly string[]])[]
    }[]
  >
}
