import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { masked, Secret } from './secret.ts'

const value = 'sk-live-0123456789'

test('a secret shows itself nowhere but through expose()', () => {
  const secret = new Secret(value)
  const seen = [
    String(secret),
    `${secret}`,
    secret.toString(),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 5 }),
    inspect({ nested: [secret] }, { showHidden: true }),
    `${secret as unknown as string}x`,
    JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    JSON.stringify({ ...secret }),
    structuredCloneText(secret),
  ]
  for (const text of seen) expect(text).not.toContain(value)
  expect(String(secret)).toBe(masked)
  expect(secret.expose()).toBe(value)
})

function structuredCloneText(secret: Secret): string {
  return inspect(structuredClone({ secret }), { showHidden: true })
}
