/** `sluice diff` and `sluice permissions`: what a change lets happen, told by the real command. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { runSluice } from './harness/run-sluice.ts'

let folder = ''
const write = (name: string, ...connectors: object[]) =>
  writeFileSync(join(folder, name), JSON.stringify({ connectors }))
const run = (...options: string[]) => runSluice(options, { cwd: folder })

const orders = { name: 'Orders', url: 'https://api.example.com/orders' }
const wider = { ...orders, query_parameters: [{ key: 'q', overridable: true }] }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-permissions-'))
})

describe('sluice diff', () => {
  test('tells each fact by connector, with its direction and code: 0', async () => {
    write('old.json', orders)
    write('new.json', wider)
    expect(await run('diff', 'old.json', 'new.json')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'orders',
        '  wider    QUERY_OVERRIDE      A browser may now send the query parameter `q`.',
        '  other    REQUEST_VALUE       A value of the request changed: the query parameter `q`.',
        '',
        '1 wider, 0 narrower, 1 other; 0 can break callers.',
        '',
      ].join('\n'),
    })
  })

  test('says that nothing changed, whatever the order and the format', async () => {
    write('old.json', orders, wider.name === 'Orders' ? { ...wider, name: 'Two' } : wider)
    writeFileSync(
      join(folder, 'new.json'),
      JSON.stringify({ connectors: [{ ...wider, name: 'Two', method: 'GET' }, orders] }, null, 4),
    )
    expect((await run('diff', 'old.json', 'new.json')).stdout).toBe('No change of what is let happen.\n')
  })

  test('--json is one document', async () => {
    write('old.json', wider)
    write('new.json', orders)
    const { stdout } = await run('diff', 'old.json', 'new.json', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      facts: [
        {
          connector: 'orders',
          code: 'QUERY_OVERRIDE',
          direction: 'narrower',
          breaks_callers: true,
          path: 'query_parameters[q].overridable',
        },
        { code: 'REQUEST_VALUE', direction: 'other' },
      ],
    })
  })

  test('--fail-on: 1 for a fact that it names, 0 for any other, 2 for a word that is unknown', async () => {
    write('old.json', orders)
    write('new.json', wider)
    const codes = await Promise.all(
      ['wider', 'wider:QUERY_OVERRIDE', 'wider:SECRET', 'breaking', 'wider:NO_CODE', 'other'].map(
        async (what) => (await run('diff', 'old.json', 'new.json', '--fail-on', what)).code,
      ),
    )
    expect(codes).toEqual([1, 1, 0, 0, 2, 2])
  })

  test('a registry with errors is not compared: 1, with its errors', async () => {
    write('old.json', orders)
    write('new.json', { ...orders, url: 'https://api.example.com/{{ x }}' })
    const { code, stdout, stderr } = await run('diff', 'old.json', 'new.json')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('UNKNOWN_NAME')
    expect(stderr).toContain('Not compared. Fix the errors in new.json first.')
  })

  test('a hostile name hides nothing in Markdown', async () => {
    const hostile = 'x`\n\n### orders\n\nNo change of what is let happen.\u202e'
    write('old.json', orders)
    write('new.json', { ...orders, query_parameters: [{ key: hostile, overridable: true }] })
    const { stdout } = await run('diff', 'old.json', 'new.json', '--markdown')
    expect(stdout.match(/^### .*$/gm)).toEqual(['### `orders`'])
    expect(stdout.match(/^- .*$/gm)).toHaveLength(2)
    expect(stdout).not.toMatch(/^No change/m)
    expect(stdout).toContain('\\u{202e}')
  })
})

describe('sluice permissions', () => {
  const file = () => readFileSync(join(folder, 'sluice.permissions.json'), 'utf8')

  test('writes the same bytes for the same permissions, and --check compares them', async () => {
    write('connectors_registry.json', orders)
    expect((await run('permissions', '--check')).code).toBe(1)
    expect((await run('permissions')).code).toBe(0)
    const first = file()
    expect(JSON.parse(first)).toMatchObject({
      version: 1,
      connectors: { orders: { CALLERS: ['every signed-in user'], DESTINATION: ['https://api.example.com'] } },
    })
    write('connectors_registry.json', { ...orders, method: 'GET', roles: [] })
    expect((await run('permissions', '--check')).code).toBe(0)
    write('connectors_registry.json', wider)
    const { code, stderr } = await run('permissions', '--check')
    expect(code).toBe(1)
    expect(stderr).toContain('Run `sluice permissions` and review the change.')
    expect(file()).toBe(first)
  })
})
