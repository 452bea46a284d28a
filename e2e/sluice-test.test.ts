/** `sluice test` as its user runs it. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { sessionSecret } from './harness/session-token.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))
const secret = 'fake-secret-of-sluice-test-7d1f'

let api: RecordingApi
let folder: string

beforeAll(async () => {
  api = await startRecordingApi({
    echo: (request, response) => void response.end(request.headers['x-key']),
    leads: (_, response, body) =>
      void response.writeHead(201, { 'content-type': 'application/json' }).end(body),
  })
  folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  const authentication = { type: 'api_key', config: { key: 'X-Key', value: "{{ get_secret('key') }}" } }
  const base = `http://127.0.0.1:${api.port}`
  const connectors = [
    {
      name: 'Items',
      url: `${base}/items/{{ pathParams.id }}`,
      path_parameters: [{ key: 'id' }],
      query_parameters: [{ key: 'q', overridable: true }],
      headers: [
        { key: 'X-User', value: '{{ user.id }}' },
        { key: 'X-Lang', value: 'en', overridable: true },
      ],
      authentication,
    },
    { name: 'Leads', method: 'POST', url: `${base}/leads`, authentication },
    { name: 'Echo', url: `${base}/echo`, authentication },
    { name: 'Staff', url: `${base}/items`, roles: ['staff'] },
  ]
  const config = {
    tenant_id: 'demo',
    session_secret: sessionSecret,
    users: [{ id: '7' }, { id: '8', roles: ['staff'] }],
    secrets: { key: secret },
    allow_upstreams: [`127.0.0.1:${api.port}`],
  }
  await writeFile(join(folder, 'connectors_registry.json'), JSON.stringify({ connectors }))
  await writeFile(join(folder, 'sluice.dev.json'), JSON.stringify(config))
  await writeFile(join(folder, 'lead.json'), '{"company":"Acme"}')
})

afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true, force: true })
})

function sluiceTest(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(repository, 'packages/cli/src/main.ts')
  const command = ['--conditions=source', main, 'test', ...options]
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: folder }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0
      expect(stdout + stderr).not.toContain(secret)
      done({ code, stdout, stderr })
    })
  })
}

test('runs a real exchange with overrides, as a user, and shows it', async () => {
  const { code, stdout } = await sluiceTest(
    'items',
    '--path',
    'id=42',
    '--query',
    'q=a b',
    '--header',
    'X-Lang=fr',
    '--user',
    '8',
  )
  expect(code).toBe(0)
  const request = api.received.at(-1)
  expect(request).toMatchObject({
    target: '/items/42?q=a%20b',
    headers: { 'x-user': '8', 'x-lang': 'fr', 'x-key': secret },
  })
  for (const shown of [
    `GET http://127.0.0.1:${api.port}/items/42?q=a%20b`,
    "X-Key: {{ get_secret('key') }}",
    'query_parameters[0].value (q): override',
    'headers[0].value (X-User): session user.id',
    'send ',
    'sluice; fwd=uri-miss',
    'the API answered 200',
  ]) {
    expect(stdout).toContain(shown)
  }
})

test('--json prints the whole trace, and the payload may come from a file', async () => {
  const { code, stdout } = await sluiceTest('leads', '--payload', '@lead.json', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    connector: 'leads',
    answer: { status: 201, body: '{"company":"Acme"}' },
    upstream: { status: 201 },
    cache: { status: 'sluice; fwd=method' },
    problem: null,
  })
})

test.each([
  ['echo', [], 'SECRET_IN_RESPONSE'],
  ['items', [], 'MISSING_PATH_PARAMETERS'],
  ['items', ['--path', 'id=1', '--query', 'other=1'], 'OVERRIDE_NOT_PERMITTED'],
  ['staff', ['--user', '7'], 'FORBIDDEN'],
  ['items', ['--path', 'id=1', '--anonymous'], 'AUTHENTICATION_REQUIRED'],
  ['absent', [], 'has no connector absent'],
  ['items', ['--user', '99'], 'has no user 99'],
])('%s %j fails with %s', async (permalink, options, reason) => {
  const { code, stdout, stderr } = await sluiceTest(permalink, ...options)
  expect(code).toBe(1)
  expect(stdout + stderr).toContain(reason)
})

test('a pair without its = is wrong usage', async () => {
  expect((await sluiceTest('items', '--query', 'q')).code).toBe(2)
})
