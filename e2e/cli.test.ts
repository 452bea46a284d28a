/** The command line: which stream says what, and with which code it ends. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { runSluice } from './harness/run-sluice.ts'

let folder = ''
const at = (name: string) => join(folder, name)
const write = (name: string, content: unknown) =>
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
const run = (...options: string[]) => runSluice(options, { cwd: folder })

const good = { name: 'Good', url: 'https://api.example.com/{{ user.id }}' }
const bad = { name: 'Bad', url: 'https://api.example.com/{{ user.emial }}' }
const warned = { name: 'Warned', url: 'https://api.example.com/', zzzzzzzz: 1 }
const esc = '\u001b'

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
})

describe('usage', () => {
  test('--help goes to stdout: 0', async () => {
    const { code, stdout, stderr } = await run('--help')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/init .*\n.*dev .*\n/s)
  })

  test.each([
    ['a mistyped command', ['vaildate'], 'Did you mean validate?'],
    ['a mistyped option', ['validate', '--stirct'], 'Did you mean --strict?'],
    ['an argument too many', ['init', 'a', 'b'], 'too many arguments'],
    ['a port that is none', ['dev', '--port', 'x'], 'must be a number'],
    ['no command', [], 'Usage: sluice'],
  ])('%s is told on stderr, with what was meant: 2', async (_, options, hint) => {
    const { code, stdout, stderr } = await run(...options)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(hint)
  })
})

describe('sluice validate', () => {
  test('a good registry: 0, and one sentence on stdout', async () => {
    write('connectors_registry.json', { connectors: [good] })
    expect(await run('validate')).toEqual({
      code: 0,
      stdout: '1 connector in 1 file: no errors, no warnings\n',
      stderr: '',
    })
  })

  test('every error of every connector of every file, with its frame, on stderr: 1', async () => {
    write('a.json', { connectors: [bad, { ...bad, name: 'Two', method: 'FETCH' }] })
    write('b.json', { connectors: [{}] })
    const { code, stdout, stderr } = await run('validate', 'a.json', 'b.json', 'absent.json')
    expect([code, stdout]).toEqual([1, ''])
    // What is said of templates is theirs to say; here it is about places and frames.
    expect(stderr.replace(/(?<=UNKNOWN_NAME\n).*/g, '  …')).toMatchSnapshot()
  })

  test('warnings alone: 0, with --strict 1', async () => {
    write('a.json', { connectors: [warned] })
    expect(await run('validate', 'a.json')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('UNKNOWN_KEY'),
    })
    expect(await run('validate', '--strict', 'a.json')).toMatchObject({ code: 1, stdout: '' })
  })

  test.each([
    ['good', good, 0],
    ['bad', bad, 1],
  ])('--json prints one document and nothing else: %s', async (_, connector, expected) => {
    write('a.json', { connectors: [connector] })
    const { code, stdout, stderr } = await run('validate', '--json', 'a.json')
    expect([code, stderr]).toEqual([expected, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      valid: expected === 0,
      errors: expected,
      files: [{ file: 'a.json' }],
    })
  })

  test('the document has the shape that the reference shows', async () => {
    write('a.json', { connectors: [bad] })
    const page = readFileSync(new URL('../docs/reference-cli.md', import.meta.url), 'utf8')
    const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '')
    expect(shapeOf(JSON.parse((await run('validate', '--json', 'a.json')).stdout))).toEqual(shapeOf(shown))
  })

  test('through pnpm too stdout holds the document alone', async () => {
    write('a.json', { connectors: [good] })
    const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    // Run by Node itself: a task runner between would print its banner there.
    expect(scripts.sluice).toMatch(/^node --conditions=source \S+\/main\.ts$/)
  })

  test('plain http is a warning while nobody says where it is allowed, then an error or nothing', async () => {
    write('a.json', { connectors: [{ name: 'Local', url: 'http://127.0.0.1:9001/x' }] })
    const config = { tenant_id: 'demo', session_secret: 'x'.repeat(32) }
    write('closed.json', config)
    write('open.json', { ...config, allow_upstreams: ['127.0.0.1:9001'] })
    const validate = async (...options: string[]) => {
      const { code, stdout } = await run('validate', '--json', 'a.json', ...options)
      const issues: { severity: string; code: string }[] = JSON.parse(stdout).files[0].issues
      return [code, ...issues.map((issue) => `${issue.severity} ${issue.code}`)]
    }
    expect(await validate()).toEqual([0, 'warning INSECURE_URL'])
    expect(await validate('--strict')).toEqual([1, 'warning INSECURE_URL'])
    expect(await validate('--config', 'closed.json')).toEqual([1, 'error DESTINATION_NOT_ALLOWED'])
    expect(await validate('--config', 'open.json')).toEqual([0])
  })

  test('names that the configuration lacks are warnings', async () => {
    const headers = [
      {
        key: 'A',
        value: "{{ get_secret('s') }}{{ get_variable('v') }}{{ get_variable('w') | default: 'x' }}",
      },
    ]
    write('a.json', { connectors: [{ ...good, headers }] })
    write('config.json', { tenant_id: 'demo', session_secret: 'x'.repeat(32) })
    const { code, stdout } = await run('validate', '--json', 'a.json', '--config', 'config.json')
    const codes = JSON.parse(stdout).files[0].issues.map((issue: { code: string }) => issue.code)
    expect([code, ...codes]).toEqual([0, 'MISSING_SECRET', 'MISSING_VARIABLE'])
  })

  test('a configuration with mistakes is told without a value of it: 1', async () => {
    write('a.json', { connectors: [good] })
    write('config.json', { tenant_id: 'demo', session_secret: 'hunter2' })
    const { code, stdout, stderr } = await run('validate', 'a.json', '--config', 'config.json')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('session_secret')
    expect(stderr).not.toContain('hunter2')
  })

  test('no escape sequence of a definition reaches the terminal', async () => {
    const hostile = `${esc}]0;owned\u0007\u009b2J`
    const connector = {
      ...bad,
      [hostile]: 1,
      headers: [{ key: hostile, value: `${hostile}{{ ${hostile}${hostile} }}` }],
    }
    // As JSON escapes, and as they are where JSON allows it.
    write('a.json', JSON.stringify({ connectors: [connector] }))
    write('b.json', `{"connectors": [${esc}]}`)
    const human = await run('validate', 'a.json', 'b.json')
    const machine = await run('validate', '--json', 'a.json', 'b.json')
    const printed = [human, machine].map(({ stdout, stderr }) => stdout + stderr).join('')
    expect(printed).toContain('owned')
    expect(printed).not.toMatch(/[^\P{Cc}\n]/u)
  })

  test('colours stand where they are asked for, and nowhere else', async () => {
    write('a.json', { connectors: [bad] })
    const coloured = (env: Record<string, string>) =>
      runSluice(['validate', 'a.json'], { cwd: folder, env }).then(({ stderr }) => stderr.includes(esc))
    expect(await coloured({})).toBe(false)
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured({ NO_COLOR: '1' })).toBe(false)
  })
})

describe('sluice init', () => {
  test('names what it wrote on stdout; the secrets are for their owner only', async () => {
    const { code, stdout } = await run('init', 'first')
    expect(code).toBe(0)
    expect(stdout.trim().split('\n').toSorted()).toEqual(
      readdirSync(at('first'))
        .map((name) => join('first', name))
        .toSorted(),
    )
    expect(statSync(at('first/sluice.dev.json')).mode & 0o777).toBe(0o600)
    expect(readFileSync(at('first/.gitignore'), 'utf8')).toContain('sluice.dev.json')
  })

  test('no two starters share a secret', async () => {
    await run('init', 'a')
    await run('init', 'b')
    const [a, b] = ['a', 'b'].map((name) => JSON.parse(readFileSync(at(`${name}/sluice.dev.json`), 'utf8')))
    expect(a.session_secret).not.toBe(b.session_secret)
    expect(a.secrets.ideas_key.value).not.toBe(b.secrets.ideas_key.value)
  })

  test('the registry that it writes is valid, without a warning', async () => {
    await run('init')
    expect(await run('validate', '--strict', '--config', 'sluice.dev.json')).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  test('it overwrites nothing, and then writes nothing: 1', async () => {
    write('widget.js', 'mine')
    const { code, stdout, stderr } = await run('init')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('widget.js')
    expect(readdirSync(folder)).toEqual(['widget.js'])
    expect(readFileSync(at('widget.js'), 'utf8')).toBe('mine')
  })

  test('a .gitignore that is there stays as it is', async () => {
    write('.gitignore', 'mine')
    expect(await run('init')).toMatchObject({ code: 0, stderr: expect.stringContaining('sluice.dev.json') })
    expect(readFileSync(at('.gitignore'), 'utf8')).toBe('mine')
  })

  test('a folder that cannot be made is told in one line: 1', async () => {
    write('file', 'x')
    const { code, stderr } = await run('init', 'file/inside')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Cannot write to .*ENOTDIR.*\n$/)
  })
})

/** The same with every leaf replaced by its type. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}
