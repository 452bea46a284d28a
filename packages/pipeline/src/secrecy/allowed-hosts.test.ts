import { expect, test } from 'vitest'
import { hostIsAllowed } from './allowed-hosts.ts'

test.each([
  ['api.example.com', ['api.example.com'], true],
  ['API.example.com.', ['api.EXAMPLE.com'], true],
  ['api.example.com', ['api.example.com.'], true],
  ['a.example.com.', ['*.example.com.'], true],
  ['a.example.com', ['*.example.com'], true],
  ['a.b.example.com', ['*.example.com'], true],
  ['example.com', ['*.example.com'], false],
  ['evilexample.com', ['*.example.com'], false],
  ['api.example.com.evil.com', ['*.example.com', 'api.example.com'], false],
  ['anything.test', ['*'], true],
  ['anything.test', [], false],
] as const)('%s against %j: %s', (host, patterns, allowed) => {
  expect(hostIsAllowed(host, patterns)).toBe(allowed)
})
