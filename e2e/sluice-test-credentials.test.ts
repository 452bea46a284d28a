/** What `sluice test` shows of how a credential was made, and the proxy, with the same files, does not. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AcmeId, startAcmeId } from '@sluice/example-acme-id'
import { exportJWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Finished, runSluice } from './harness/run-sluice.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const assertionKey = String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
/** What the authorization server says in `error_description`. */
const description = 'grant request is invalid'

let id: AcmeId
let sluice: SluiceDev
let folder: string

beforeAll(async () => {
  const publicKey = { ...(await exportJWK(keys.publicKey)), alg: 'ES256', use: 'sig' }
  id = await startAcmeId({
    port: 0,
    audience: 'https://api.acme.example',
    clients: [{ id: 'signing', publicKey }],
  })
  const config = {
    client_id: 'signing',
    private_key: "{{ get_secret('assertion_key') }}",
    algorithm: 'ES256',
    token_url: id.tokenUrl,
    audience: 'https://elsewhere.example',
    subject: '{{ user.email }}',
  }
  const registry = {
    connectors: [
      { name: 'Deals', url: `${id.issuer}/deals`, authentication: { type: 'oauth_jwt_bearer', config } },
    ],
  }
  const setting = {
    tenant_id: 'demo',
    session_secret: sessionSecret,
    users: [{ id: '7', email: 'ada@example.com' }],
    secrets: { assertion_key: assertionKey },
    allow_upstreams: [new URL(id.issuer).host],
  }
  folder = await mkdtemp(join(tmpdir(), 'sluice-credentials-'))
  await writeFile(join(folder, 'connectors_registry.json'), JSON.stringify(registry))
  await writeFile(join(folder, 'sluice.dev.json'), JSON.stringify(setting))
  sluice = await startSluiceDev({ registry, config: setting })
})

afterAll(async () => {
  await sluice.stop()
  await id.close()
  await rm(folder, { recursive: true, force: true })
})

function expectNoKey({ stdout, stderr }: Finished): void {
  const [, line = ''] = assertionKey.split('\n')
  for (const text of [stdout, stderr]) expect(text).not.toContain(line)
}

test('`sluice test` shows the claims that were signed, and why the server refused', async () => {
  const finished = await runSluice(['test', 'deals', '--json'], { cwd: folder })
  const trace: unknown = JSON.parse(finished.stdout)
  expect(trace).toMatchObject({
    problem: { code: 'TOKEN_EXCHANGE_FAILED', params: ['invalid_grant'] },
    credentials: [
      {
        signed: 'assertion',
        header: { alg: 'ES256', typ: 'JWT' },
        claims: { iss: 'signing', sub: 'ada@example.com', aud: 'https://elsewhere.example' },
      },
      {
        exchanged: {
          status: 400,
          error: 'invalid_grant',
          error_description: expect.stringContaining(description),
        },
      },
    ],
  })
  expect(finished.code).not.toBe(0)
  expectNoKey(finished)
})

test('it shows them to people as well', async () => {
  const finished = await runSluice(['test', 'deals'], { cwd: folder })
  expect(finished.stdout).toContain('"aud":"https://elsewhere.example"')
  expect(finished.stdout).toContain(description)
  expectNoKey(finished)
})

test('the proxy tells its caller, and prints, neither', async () => {
  const { status, body } = await wireCall(sluice.url, {
    target: '/connectors/deals/execute',
    headers: [await bearer()],
  })
  expect(status).toBe(502)
  await expect.poll(() => sluice.printed()).toContain('TOKEN_EXCHANGE_FAILED')
  for (const text of [String(body), sluice.printed()]) {
    for (const hidden of [description, 'elsewhere.example']) expect(text).not.toContain(hidden)
  }
})
