import { parseDefinition } from '@sluice/connector-schema'
import { expect, test } from 'vitest'
import { compileConnector } from './compile-connector.ts'

function warningsOf(change: object) {
  const { definition } = parseDefinition({ name: 'Test', url: 'https://api.example.com/', ...change })
  if (definition === undefined) throw new Error('The definition is not valid')
  return compileConnector(definition, { tenantId: 'acme' }).warnings.filter(({ path }) => path === 'retry')
}

const retry = { attempts: 2 }

test.each(['POST', 'PATCH'])('a retry of a %s never happens: its author is told', (method) => {
  expect(warningsOf({ method, retry })).toMatchObject([{ code: 'NEVER_RETRIED' }])
  expect(warningsOf({ method, retry, request_body: '{}' })).toHaveLength(1)
})

test.each(['PUT', 'DELETE'])('a %s whose payload passes through is not always retried', (method) => {
  expect(warningsOf({ method, retry })).toMatchObject([{ code: 'NOT_ALWAYS_RETRIED' }])
  expect(warningsOf({ method, retry, request_body: '{}' })).toEqual([])
})

test('nothing is said where a retry can happen, or none is asked for', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) expect(warningsOf({ method, retry })).toEqual([])
  expect(warningsOf({ method: 'POST' })).toEqual([])
  expect(warningsOf({ method: 'PUT', retry: { attempts: 0 } })).toEqual([])
})
