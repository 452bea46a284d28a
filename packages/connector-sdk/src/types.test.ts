import type * as schema from '@sluice/connector-schema'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type CallOptions, createConnectorClient, type Manifest, type ManifestConstraints } from './index.ts'
import { manifest } from './testing/sample-manifest.ts'

const client = createConnectorClient({ baseUrl: 'http://127.0.0.1:1', manifest })
const { callConnector } = client
type Options<P extends keyof (typeof manifest)['connectors']> = CallOptions<typeof manifest, P>

/** Checked by the compiler alone: a call in it is never made. */
function onlyTyped(_calls: () => unknown): void {}

describe('the types of a call with a manifest', () => {
  it('are those of the manifest: permalinks complete and others are errors', () => {
    expectTypeOf(callConnector).parameter(0).toExtend<keyof (typeof manifest)['connectors']>()
    onlyTyped(() => [
      callConnector('search'),
      // @ts-expect-error no such connector
      callConnector('serch'),
    ])
    expect.assertions(0)
  })

  it('admit exactly the keys that may be overridden', () => {
    expectTypeOf<keyof NonNullable<Options<'search'>['query']>>().toEqualTypeOf<
      'q' | 'limit' | 'sort' | 'flag' | 'tag' | 'any'
    >()
    expectTypeOf<keyof NonNullable<Options<'search'>['headers']>>().toEqualTypeOf<
      'Accept' | 'X-Api-Version'
    >()
    expectTypeOf<keyof Options<'idea-endorsements'>['path']>().toEqualTypeOf<'idea_id' | 'lang'>()
    onlyTyped(() => [
      callConnector('search', { query: { q: 'x', limit: undefined } }),
      // @ts-expect-error not a key of this connector
      callConnector('search', { query: { queue: 'x' } }),
      // @ts-expect-error not a header of this connector
      callConnector('search', { headers: { 'X-Other': 'x' } }),
      // @ts-expect-error nothing may be overridden here
      callConnector('bare', { query: { q: 'x' } }),
      // @ts-expect-error no path parameters here
      callConnector('bare', { path: { q: 'x' } }),
      callConnector('open', { query: { q: 'x', other: ['y'] } }),
    ])
  })

  it('require the path keys that must be sent', () => {
    onlyTyped(() => [
      callConnector('idea-endorsements', { path: { idea_id: 42 } }),
      callConnector('idea-endorsements', { path: { idea_id: 42, lang: undefined } }),
      // @ts-expect-error the path is missing
      callConnector('idea-endorsements'),
      // @ts-expect-error the key is missing
      callConnector('idea-endorsements', { path: { lang: 'en' } }),
      // @ts-expect-error it cannot be left out
      callConnector('idea-endorsements', { path: { idea_id: undefined } }),
    ])
  })

  it('admit a payload only where the method has one, and no other name for it', () => {
    onlyTyped(() => [
      callConnector('create', { payload: { company: 'Acme' } }),
      // @ts-expect-error GET takes no payload
      callConnector('search', { payload: {} }),
      // @ts-expect-error the option is called payload
      callConnector('create', { body: {} }),
      // @ts-expect-error the method is the connector's
      callConnector('create', { method: 'POST' }),
    ])
  })

  it('narrow values by their constraints', () => {
    type Query = NonNullable<Options<'search'>['query']>
    expectTypeOf<Query['limit']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Query['sort']>().toEqualTypeOf<'asc' | 'desc' | undefined>()
    expectTypeOf<Query['flag']>().toEqualTypeOf<boolean | undefined>()
    expectTypeOf<Query['tag']>().toEqualTypeOf<string | readonly string[] | undefined>()
    expectTypeOf<NonNullable<Options<'search'>['headers']>['X-Api-Version']>().toEqualTypeOf<
      1 | 2 | undefined
    >()
    onlyTyped(() => [
      callConnector('search', { query: { any: ['a', 1, true] } }),
      // @ts-expect-error not one of the enum
      callConnector('search', { query: { sort: 'up' } }),
      // @ts-expect-error may not repeat
      callConnector('search', { query: { limit: [1, 2] } }),
      // @ts-expect-error leave it out with undefined
      callConnector('search', { query: { any: null } }),
    ])
  })

  it('give the answer that `as` asks for', () => {
    onlyTyped(() => {
      expectTypeOf(callConnector('bare')).toEqualTypeOf<Promise<unknown>>()
      expectTypeOf(callConnector('bare', { as: 'json' })).toEqualTypeOf<Promise<unknown>>()
      expectTypeOf(callConnector('bare', { as: 'text' })).toEqualTypeOf<Promise<string>>()
      expectTypeOf(callConnector('create', { as: 'blob', payload: 1 })).toEqualTypeOf<Promise<Blob>>()
      expectTypeOf(
        callConnector('idea-endorsements', { as: 'response', path: { idea_id: 1 } }),
      ).toEqualTypeOf<Promise<Response>>()
      expectTypeOf(callConnector('bare', { as: 'arrayBuffer' })).toEqualTypeOf<Promise<ArrayBuffer>>()
      // @ts-expect-error no such form
      return callConnector('bare', { as: 'xml' })
    })
  })
})

describe('the types of a call without a manifest, or with one that is not constant', () => {
  it('admit any permalink, key and payload, and still no unknown option', () => {
    const untyped = createConnectorClient({ baseUrl: 'http://127.0.0.1:1' })
    const fetched = createConnectorClient({ baseUrl: 'http://127.0.0.1:1', manifest: manifest as Manifest })
    onlyTyped(() => [
      untyped.callConnector('anything', {
        query: { a: [1, 'b'] },
        headers: { b: 1 },
        path: { c: 'd' },
        payload: {},
      }),
      fetched.callConnector('anything', { query: { a: [1, 'b'] }, path: { c: 'd' }, payload: {} }),
      fetched.callConnector('anything'),
      // @ts-expect-error the option is called payload
      untyped.callConnector('anything', { body: {} }),
      // @ts-expect-error no such form
      fetched.callConnector('anything', { as: 'xml' }),
    ])
  })
})

describe("the SDK's own manifest types", () => {
  it("are the schema's, so that every manifest of the proxy fits", () => {
    expectTypeOf<schema.Manifest>().toExtend<Manifest>()
    expectTypeOf<keyof schema.Manifest>().toEqualTypeOf<Exclude<keyof Manifest, 'responses'>>()
    expectTypeOf<keyof schema.ManifestConnector>().toEqualTypeOf<keyof Manifest['connectors'][string]>()
    expectTypeOf<schema.ManifestConnector['method']>().toEqualTypeOf<
      Manifest['connectors'][string]['method']
    >()
    expectTypeOf<keyof schema.ManifestConstraints>().toEqualTypeOf<keyof ManifestConstraints>()
  })
})
