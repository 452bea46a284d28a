import type { ConnectorDefinition } from '@sluice/connector-schema'
import { allowUpstreams } from '../adapters/egress/exceptions.ts'
import type { EgressLimits } from '../adapters/egress/limits.ts'
import type { ServicesOptions } from '../services.ts'
import type { HttpAnswer, HttpCall } from './http-call.ts'
import { bearer, compiled, startTestProxy, type TestProxy } from './test-proxy.ts'

/** What stands behind a proxy under test. */
interface Api {
  readonly host: string
  close(): Promise<void>
}

export interface WireOptions {
  readonly definition?: Partial<ConnectorDefinition>
  readonly egress?: Partial<EgressLimits>
  readonly services?: Partial<ServicesOptions>
}

/** A proxy with one connector, `sample`, in front of an API. */
export interface Wire<A extends Api> {
  readonly api: A
  readonly proxy: TestProxy
  readonly authorization: string
  readonly target: string
  call(call?: HttpCall): Promise<HttpAnswer>
}

/** Starts proxies, and closes them with their APIs in a test's `afterEach`. */
export function wires() {
  const started: Wire<Api>[] = []
  return {
    async start<A extends Api>(api: A, options: WireOptions = {}): Promise<Wire<A>> {
      const definition = { url: `http://${api.host}/things`, permalink: 'sample', ...options.definition }
      const proxy = await startTestProxy({
        apis: [api.host],
        connectors: [compiled(definition)],
        services: {
          egress: { exceptions: allowUpstreams([api.host]), limits: options.egress ?? {} },
          ...options.services,
        },
      })
      const { authorization } = await bearer()
      const target = '/connectors/sample/execute'
      const wire: Wire<A> = {
        api,
        proxy,
        authorization,
        target,
        call: ({ headers = {}, ...call } = {}) =>
          proxy.call(target, { headers: { authorization, ...headers }, ...call }),
      }
      started.push(wire)
      return wire
    },
    async closeAll(): Promise<void> {
      for (const { api, proxy } of started.splice(0)) {
        await api.close()
        await proxy.close()
      }
    },
  }
}
