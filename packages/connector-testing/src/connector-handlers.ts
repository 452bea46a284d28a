import { ProblemError } from '@sluice/connector-schema'
import { type HttpHandler, HttpResponse, http } from 'msw'
import { admit, type Known } from './admit.ts'
import { answer, refusal } from './answers.ts'
import { mockedCallOf } from './mocked-call.ts'
import { overrideRulesOf, type PathFormats } from './override-rules.ts'
import type { HandlerOptions, Manifest, ManifestConnector, Mock, Mocks } from './types.ts'

/**
 * msw handlers that stand for the proxy: what it would refuse is refused in its words, by its own code; every other
 * call reaches the connector's mock.
 *
 * A manifest does not tell everything: roles, the keys that a definition keeps for itself beside
 * `unlisted_parameters: "allow"`, and formats of path parameters (`pathFormats`) are the proxy's alone. Any token is
 * a session.
 *
 * @throws TypeError where a mock names no connector of the manifest
 */
export function connectorHandlers<const M extends Manifest>(
  manifest: M,
  mocks: Mocks<M>,
  options: HandlerOptions<M> = {},
): HttpHandler[] {
  const formats = new Map(Object.entries<PathFormats | undefined>({ ...options.pathFormats }))
  const known = new Map(
    Object.entries(manifest.connectors).map(([permalink, connector]): [string, Known] => {
      return [permalink, { connector, rules: overrideRulesOf(connector, formats.get(permalink)) }]
    }),
  )
  const byPermalink = new Map(Object.entries(mocks as Untyped))
  for (const permalink of byPermalink.keys()) {
    if (!known.has(permalink)) throw new TypeError(`The manifest has no connector \`${permalink}\` to mock`)
  }
  const fail = options.onFailure ?? throwUncaught
  const base = (options.baseUrl ?? '*').replace(/\/$/, '')
  return [
    http.all(`${base}/connectors/:permalink/execute`, async ({ request, params }) => {
      const permalink = String(params.permalink)
      try {
        const admitted = await admit(request, known.get(permalink))
        const mock = byPermalink.get(permalink)
        if (mock === undefined) throw new UnmockedConnectorError(permalink)
        return answer(request, await mock(mockedCallOf(request, admitted)))
      } catch (error) {
        if (error instanceof ProblemError) return refusal(request, error)
        if (error instanceof Response) return answer(request, error)
        fail(error instanceof Error ? error : new Error(String(error), { cause: error }))
        return HttpResponse.error()
      }
    }),
  ]
}

type Untyped = Readonly<Record<string, Mock<ManifestConnector> | undefined>>

/** A call to a connector that the test has no mock for. */
export class UnmockedConnectorError extends Error {
  override readonly name = 'UnmockedConnectorError'
  readonly permalink: string

  constructor(permalink: string) {
    super(`The connector \`${permalink}\` was called and has no mock: add it to connectorHandlers()`)
    this.permalink = permalink
  }
}

function throwUncaught(error: Error): void {
  setTimeout(() => {
    throw error
  })
}
