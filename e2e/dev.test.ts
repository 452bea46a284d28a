/** `sluice dev` as a platform engineer meets it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RecordingApi, startRecordingApi } from './harness/recording-api.ts'
import { bearer, sessionSecret } from './harness/session-token.ts'
import { type SluiceDev, startSluiceDev } from './harness/sluice-dev.ts'
import { wireCall } from './harness/wire-call.ts'

const repository = fileURLToPath(new URL('../', import.meta.url))
let api: RecordingApi
let sluice: SluiceDev

const connector = (change: object = {}) => ({ name: 'One', url: "{{ get_variable('api') }}/one", ...change })
const config = (change: object = {}) => ({
  tenant_id: 'demo',
  session_secret: sessionSecret,
  users: [{ id: '7', email: 'ada@example.com' }],
  secrets: { pin: 'fake-short-one', long: 'fake-long-enough-1' },
  variables: { api: api.origin },
  allow_upstreams: [`127.0.0.1:${api.port}`],
  ...change,
})
const lines = () => sluice.printed().split('\n').length
const statusOf = async (permalink: string) => {
  const answer = await wireCall(sluice.url, {
    target: `/connectors/${permalink}/execute`,
    headers: [await bearer()],
  })
  return answer.status
}

beforeAll(async () => {
  api = await startRecordingApi()
  sluice = await startSluiceDev({ registry: { connectors: [connector()] }, config: config() })
})

afterAll(async () => {
  await sluice?.stop()
  await api?.close()
})

test('stdout holds nothing but that it is ready', () => {
  expect(sluice.stdout()).toBe(`ready ${sluice.url}`)
})

test('a secret too short to be searched for in answers is warned of, by its name alone', () => {
  expect(sluice.printed()).toContain('warning: the secret pin has fewer than 16 bytes')
  expect(sluice.printed()).not.toContain('secret long')
  expect(sluice.printed()).not.toContain('fake-short-one')
})

test('it is alive and ready', async () => {
  expect((await wireCall(sluice.url, { target: '/healthz' })).status).toBe(200)
  expect((await wireCall(sluice.url, { target: '/readyz' })).status).toBe(200)
})

test('the session token that it prints for a user is that user’s session', async () => {
  const token = /session token of user 7: (\S+)/.exec(sluice.printed())?.[1] ?? ''
  const headers = [['Authorization', `Bearer ${token}`]] as const
  expect((await wireCall(sluice.url, { target: '/connectors/one/execute', headers })).status).toBe(200)
})

describe('an edit', () => {
  test('of the registry applies when it is saved', async () => {
    const after = lines()
    await sluice.write('registry', { connectors: [connector(), connector({ name: 'Two' })] })
    await sluice.saw(/applied .*connectors_registry\.json/, after)
    expect(await statusOf('two')).toBe(200)
  })

  test('with mistakes changes nothing, and names each with its line', async () => {
    const after = lines()
    const broken = {
      connectors: [connector({ metod: 'GET', method: 'FETCH' }), connector({ name: 'Three', url: 'x' })],
    }
    await sluice.write('registry', broken)
    await sluice.saw(/kept the connectors as they were/, after)
    const printed = sluice.printed().split('\n').slice(after).join('\n')
    expect(printed).toMatch(
      /connectors_registry\.json:\d+:\d+ error INVALID_VALUE\n {2}connectors\[0\]\.method/,
    )
    expect(printed).toMatch(/connectors_registry\.json:\d+:\d+ error INVALID_URL\n {2}connectors\[1\]\.url/)
    expect(printed).toContain('did you mean `method`?')
    expect(await statusOf('one')).toBe(200)
    expect(await statusOf('two')).toBe(200)
    expect(await statusOf('three')).toBe(404)
  })

  test('with a mistake in a template shows the author’s text with a caret', async () => {
    const after = lines()
    await sluice.write('registry', {
      connectors: [connector({ url: 'https://api.example.com/{{ user.emial }}' })],
    })
    await sluice.saw(/kept the connectors as they were/, after)
    const printed = sluice.printed().split('\n').slice(after)
    const row = printed.findIndex((line) => line.endsWith('1 | https://api.example.com/{{ user.emial }}'))
    expect(printed[row + 1]).toHaveLength((printed[row] ?? '').indexOf('emial') - 'user.'.length + 1)
  })

  test('that is not JSON changes nothing, and says where', async () => {
    const after = lines()
    await sluice.write('registry', '{\n  "connectors": [,]\n}')
    await sluice.saw(/connectors_registry\.json:2:18 error INVALID_JSON/, after)
    expect(await statusOf('one')).toBe(200)
  })

  test('of the configuration applies too: variables, secrets, users, upstreams', async () => {
    await sluice.write('registry', {
      connectors: [connector({ headers: [{ key: 'X-Region', value: "{{ get_variable('region') }}" }] })],
    })
    const after = lines()
    await sluice.write('config', config({ variables: { api: api.origin, region: 'eu' } }))
    await sluice.saw(/applied .*sluice\.dev\.json/, after)
    expect(await statusOf('one')).toBe(200)
    expect(api.received.at(-1)?.headers['x-region']).toBe('eu')
  })

  test('that takes an upstream away closes the way to it', async () => {
    const after = lines()
    await sluice.write(
      'config',
      config({ variables: { api: api.origin, region: 'eu' }, allow_upstreams: [] }),
    )
    await sluice.saw(/applied .*sluice\.dev\.json/, after)
    expect(await statusOf('one')).toBe(502)
  })
})

test('an exchange is one line for people, with nothing of what the call sent', async () => {
  const after = lines()
  await wireCall(sluice.url, {
    target: '/connectors/one/execute?nosy=hidden-value',
    headers: [await bearer()],
  })
  await sluice.saw(
    /^GET {3}one {2}400 {2}[\d.]+ ms {2}OVERRIDE_NOT_PERMITTED in \w+ {2}request [\w-]+$/m,
    after,
  )
  expect(sluice.printed()).not.toContain('hidden-value')
})

describe('the command', () => {
  const run = (...options: string[]) =>
    promisify(execFile)(process.execPath, ['--conditions=source', 'packages/cli/src/main.ts', ...options], {
      cwd: repository,
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )

  test('explains itself', async () => {
    const { code, stdout } = await run('dev', '--help')
    expect(code).toBe(0)
    expect(stdout).toContain('--registry')
  })

  test.each([
    ['an unknown option', ['dev', '--nope']],
    ['an unknown command', ['nope']],
    ['a port that is none', ['dev', '--port', '99999']],
  ])('%s is wrong usage: 2', async (_, options) => {
    expect(await run(...options)).toMatchObject({ code: 2, stdout: '' })
  })

  test('files that are not there are a failure: 1', async () => {
    const result = await run('dev', '--registry', 'absent.json', '--config', 'absent.json')
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toContain('absent.json')
    expect(result.stderr).not.toContain('    at ')
  })

  test('SIGTERM ends it in order: 0', async () => {
    const other = await startSluiceDev({ registry: { connectors: [connector()] }, config: config() })
    expect(await other.stop('SIGTERM')).toBe(0)
  })
})
