import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { getResults, runTests } from 'http-cache-tests/client/runner.mjs'
import suites from 'http-cache-tests/tests/index.mjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConformanceProxy, startProxy } from '../proxy/start-proxy.ts'
import { callThroughProxy, passingConnectors } from './call-through-proxy.ts'
import { differences, suiteVersion } from './expected.ts'
import { type SuiteApi, startSuiteApi } from './suite-api.ts'

/** A `check` asks what a cache does and has no right outcome; what only browsers can do is not for a proxy. */
const tests = suites
  .flatMap((suite) => suite.tests)
  .filter(({ kind, browser_only }) => kind !== 'check' && browser_only !== true)

const reasons = new Map(
  differences.flatMap(({ reason, tests }) => tests.map((id): [string, string] => [id, reason])),
)

describe(`the HTTP cache suite, version ${suiteVersion}`, () => {
  let api: SuiteApi
  let proxy: ConformanceProxy
  beforeAll(async () => {
    api = await startSuiteApi()
    proxy = await startProxy(passingConnectors(api), api.host)
    await runTests(suites, callThroughProxy(proxy.url, api), false, api.url)
  }, 180_000)
  afterAll(async () => {
    await proxy?.close()
    await api?.close()
  })

  test('is the version that the expectations are about', () => {
    const path = createRequire(import.meta.url).resolve('http-cache-tests/package.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: suiteVersion })
  })

  test('has every test that is expected to differ', () => {
    const ids = tests.map(({ id }) => id)
    expect([...reasons.keys()].filter((id) => !ids.includes(id))).toEqual([])
  })

  test.each(tests)('$id: $name', ({ id }) => {
    const result = getResults()[id]
    if (reasons.has(id)) expect(result, 'it passes: take it off the list of differences').not.toBe(true)
    else expect(result).toBe(true)
  })
})
