import { describe, expect, test } from 'vitest'
import { ensureNginx, findNginx, type Machine } from './nginx.ts'

const fakeMachine = ({ starting = [] as string[], root = false, installs = true } = {}) => {
  const working = new Set(starting)
  const ran: string[] = []
  const machine: Machine = {
    env: { PATH: '/usr/local/bin:/usr/bin' },
    starts: async (path) => working.has(path),
    isRoot: () => root,
    run: async ({ command, args }) => {
      ran.push([command, ...args].join(' '))
      if (installs && args[0] === 'install') working.add('/usr/sbin/nginx')
      return installs ? 0 : 1
    },
    say: () => undefined,
  }
  return { machine, ran }
}

test.each(['/usr/bin/nginx', '/usr/sbin/nginx', '/opt/homebrew/bin/nginx'])('%s is found', async (path) => {
  expect(await findNginx(fakeMachine({ starting: [path] }).machine)).toBe(path)
})

describe('an nginx is installed', () => {
  test('only where none is found', async () => {
    const { machine, ran } = fakeMachine({ starting: ['/usr/sbin/nginx'], root: true })
    expect([await ensureNginx(machine), ran]).toEqual(['/usr/sbin/nginx', []])
  })

  test('by root from apt, after an update', async () => {
    const { machine, ran } = fakeMachine({ root: true })
    expect(await ensureNginx(machine)).toBe('/usr/sbin/nginx')
    expect(ran).toEqual(['apt-get update', expect.stringMatching(/^apt-get install -y .*nginx$/)])
  })

  test('by nobody else', async () => {
    const { machine, ran } = fakeMachine()
    expect([await ensureNginx(machine), ran]).toEqual([undefined, []])
  })

  test('or not, and then that is said', async () => {
    expect(await ensureNginx(fakeMachine({ root: true, installs: false }).machine)).toBeUndefined()
  })
})
