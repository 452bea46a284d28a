/** What the README shows is true: its definition, its configuration and its call are run as they stand there. */
import { readFileSync } from 'node:fs'
import { type Manifest, manifestOf, parseRegistry } from '@sluice/connector-schema'
import { createConnectorClient } from '@sluice/connector-sdk'
import { expect, test } from 'vitest'
import { startRecordingApi } from './harness/recording-api.ts'
import { sessionToken } from './harness/session-token.ts'
import { startSluiceDev } from './harness/sluice-dev.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [registryText = '', configText = ''] = [...readme.matchAll(/```json\n(.*?)```/gs)].map(
  (block) => block[1],
)
const registry = JSON.parse(registryText)
const config = JSON.parse(configText)

test('the definition of the README is valid, without a warning', () => {
  expect(parseRegistry(registry)).toMatchObject({ errors: [], warnings: [] })
})

test('the call of the README brings the API what the definition says', async () => {
  const api = await startRecordingApi({
    ideas: (_, response) => void response.setHeader('content-type', 'application/json').end('[{"id":1}]'),
  })
  const local = JSON.parse(JSON.stringify(registry).replaceAll('https://api.example.com', api.origin))
  const sluice = await startSluiceDev({
    registry: local,
    config: {
      ...config,
      secrets: { endorse_key: { value: 'the-endorse-key', allowed_hosts: ['127.0.0.1'] } },
      allow_upstreams: [`127.0.0.1:${api.port}`],
    },
  })
  try {
    const manifest: Manifest = manifestOf(parseRegistry(registry).definitions)
    const session = () => sessionToken({}, config.session_secret)
    const { callConnector } = createConnectorClient({ baseUrl: sluice.url, manifest, session })
    const call =
      /await callConnector\('([^']+)', \{ path: \{ idea_id: 42 \}, query: \{ limit: 5 \} \}\)/.exec(readme)
    const answer = await callConnector(call?.[1] ?? '', { path: { idea_id: 42 }, query: { limit: 5 } })
    expect(answer).toEqual([{ id: 1 }])
    expect(api.received).toMatchObject([
      {
        target: '/ideas/42/endorsements?limit=5',
        headers: {
          accept: 'application/json',
          'x-on-behalf-of': 'ada@example.com',
          'x-api-key': 'the-endorse-key',
        },
      },
    ])
  } finally {
    await sluice.stop()
    await api.close()
  }
})

test('the test command of the README runs, and names the definition of the README', () => {
  const [, permalink, options = ''] = /sluice test (\S+) (.*)/.exec(readme) ?? []
  const [definition] = parseRegistry(registry).definitions
  expect(permalink).toBe(definition?.permalink)
  expect(config.users.map(({ id }: { id: string }) => `--user ${id}`)).toContain(
    options.match(/--user \S+/)?.[0],
  )
  for (const [, key] of options.matchAll(/--(?:path|query) (\w+)=/g))
    expect(JSON.stringify(definition)).toContain(key)
})

test('the README opens with the two commands, and the scripts exist', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(readme).toMatch(/npx -y pnpm@12 start/)
  expect(readme).toMatch(/npx -y pnpm@12 test/)
  expect(scripts).toMatchObject({
    start: expect.any(String),
    test: expect.any(String),
    sluice: expect.any(String),
  })
})
