/** `sluice types`, from files and from a running proxy: what is written, and what is never written. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runSluice, sluiceCommand } from './harness/run-sluice.ts'
import { sessionSecret, sessionToken } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'

const registry = {
  connectors: [
    {
      name: 'Search',
      permalink: 'search',
      description: 'Finds things.',
      response_schema: {
        type: 'object',
        properties: { total: { type: 'integer', description: 'How many.' } },
      },
      url: 'https://api.example.com/secret-path',
      query_parameters: [
        { key: 'q', value: 'default-value', overridable: true, constraints: { roles: ['editor'] } },
        { key: 'locked', value: "{{ get_secret('hidden_key') }}" },
      ],
    },
    { name: 'Open', permalink: 'open', url: 'https://api.example.com/', access: 'anonymous' },
    { name: 'Editors', permalink: 'editors', url: 'https://api.example.com/', roles: ['editor'] },
  ],
}
const folder = mkdtempSync(join(tmpdir(), 'sluice-types-'))
const at = (name: string) => join(folder, name)
const permalinksIn = (text: string) => [...text.matchAll(/^ {4}"([a-z]+)": \{$/gm)].map((match) => match[1])

describe('from files', () => {
  writeFileSync(at('connectors_registry.json'), JSON.stringify(registry))

  test('writes the same file every time, with descriptions, and nothing of where a call goes', async () => {
    const { code, stdout } = await runSluice(['types', '-o', 'a.gen.ts'], { cwd: folder })
    expect([code, stdout]).toEqual([0, ''])
    const text = readFileSync(at('a.gen.ts'), 'utf8')
    expect((await runSluice(['types'], { cwd: folder })).stdout).toBe(text)
    expect(permalinksIn(text)).toEqual(['editors', 'open', 'search'])
    expect(text).toContain('Finds things.')
    for (const hidden of ['example.com', 'secret-path', 'default-value', 'locked', 'hidden_key', 'editor"']) {
      expect(text).not.toContain(hidden)
    }
  })

  test.each([
    ['an error in the registry', { connectors: [{ name: 'No address' }] }, 'REQUIRED'],
    [
      'a response_schema that is none',
      { connectors: [{ ...registry.connectors[1], response_schema: { type: 'strnig' } }] },
      'response_schema',
    ],
  ])('%s writes nothing, is shown at its place, and is exit code 1', async (_, content, told) => {
    writeFileSync(at('bad.json'), JSON.stringify(content, null, 2))
    const { code, stdout, stderr } = await runSluice(['types', 'bad.json', '-o', 'bad.gen.ts'], {
      cwd: folder,
    })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/bad\.json:\d+:\d+/)
    expect(stderr).toContain(told)
    expect(() => readFileSync(at('bad.gen.ts'))).toThrow('ENOENT')
  })

  test('one permalink in two files is an error', async () => {
    writeFileSync(at('again.json'), JSON.stringify({ connectors: [registry.connectors[1]] }))
    const { code, stderr } = await runSluice(['types', 'connectors_registry.json', 'again.json'], {
      cwd: folder,
    })
    expect(code).toBe(1)
    expect(stderr).toContain('`open` stands in another file')
  })
})

describe('from a running proxy', () => {
  let sluice: SluiceDev
  beforeAll(async () => {
    sluice = await startSluiceDev({
      registry,
      config: { tenant_id: 'demo', session_secret: sessionSecret, users: [], secrets: { hidden_key: 'x' } },
    })
  })
  afterAll(() => sluice.stop())

  const ask = async (token?: string) => {
    const env = token === undefined ? {} : { SLUICE_SESSION_TOKEN: token }
    return runSluice(['types', '--url', sluice.url], { cwd: folder, env })
  }

  test('writes what the session may call: anonymous, a user, an editor', async () => {
    const [anonymous, user, editor] = await Promise.all([
      ask(),
      sessionToken().then(ask),
      sessionToken({ roles: ['editor'] }).then(ask),
    ])
    expect(permalinksIn(anonymous.stdout)).toEqual(['open'])
    expect(permalinksIn(user.stdout)).toEqual(['open', 'search'])
    expect(permalinksIn(editor.stdout)).toEqual(['editors', 'open', 'search'])
  })

  test('writes to the byte what the registry itself gives, types of answers and descriptions too', async () => {
    const { stdout } = await ask(await sessionToken({ roles: ['editor'] }))
    expect(stdout).toContain('How many.')
    expect(stdout).toBe((await runSluice(['types'], { cwd: folder })).stdout)
  })

  test('the manifest that widgets may read at run time is as short as it was', async () => {
    const headers = { authorization: `Bearer ${await sessionToken()}` }
    const read = async (query: string) =>
      (await fetch(`${sluice.url}/connectors/manifest${query}`, { headers })).json()
    expect(Object.keys(await read(''))).toEqual(['version', 'connectors'])
    const { documentation } = await read('?documentation')
    expect(Object.keys(documentation)).toEqual(['open', 'search'])
    expect(documentation.open).toEqual({ name: 'Open' })
  })

  test('takes the token from stdin too', async () => {
    const child = spawn(
      process.execPath,
      [...sluiceCommand, 'types', '--url', sluice.url, '--session-stdin'],
      {
        cwd: folder,
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    )
    child.stdin.end(`${await sessionToken()}\n`)
    const text = (await child.stdout.toArray()).join('')
    expect(permalinksIn(text)).toEqual(['open', 'search'])
  })

  test('a refused token is exit code 1, and stands in no output', async () => {
    const token = await sessionToken({ aud: 'someone-else' })
    const { code, stdout, stderr } = await ask(token)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('401')
    expect(stderr).not.toContain(token)
  })
})

test.each([
  ['is no manifest', { version: 1, connectors: { a: {} } }],
  ['would write code', { version: 1, connectors: { 'x": 1 }; evil()': {} } }],
  [
    'would write code beside its connectors',
    { version: 1, connectors: {}, documentation: { 'x": 1 }; evil()': { name: 'x' } } },
  ],
  ['redirects', undefined],
])('an answer that %s is refused, and writes nothing', async (_, body) => {
  const server = createServer((_request, response) => {
    if (body === undefined) response.writeHead(302, { location: 'https://example.com' }).end()
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { code, stdout } = await runSluice(['types', '--url', url], { cwd: folder })
  expect([code, stdout]).toEqual([1, ''])
  server.close()
})
