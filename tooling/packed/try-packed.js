// Installs the packed packages as a user would, without the repository, and uses each. Plain JavaScript that needs
// nothing else, so that any Node can run it: node try-packed.js <folder with the .tgz files>

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'

const packed = resolve(process.argv[2] ?? 'packed')
const tarballs = readdirSync(packed).filter((name) => name.endsWith('.tgz'))
if (tarballs.length === 0)
  throw new Error(`${packed} holds no packages. Run pnpm build and pnpm pack-all first.`)

const folder = mkdtempSync(join(tmpdir(), 'sluice-packed-'))
// The Node that runs this is the one to try, also for what starts `node` by its name.
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) }
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

try {
  // Packages of ours come from the folder, also where one needs another.
  const specifiers = Object.fromEntries(tarballs.map((name) => [nameOf(name), `file:${join(packed, name)}`]))
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { ...specifiers, msw: '^3' },
    overrides: specifiers,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error')
  for (const name of Object.keys(specifiers)) {
    const { exports = {} } = JSON.parse(
      readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
    )
    for (const [entry, target] of Object.entries(exports)) {
      // Only what is loaded: not a pattern of files, a file for <script>, or JSON.
      if (typeof target === 'string' || entry.includes('*')) continue
      const specifier = name + entry.slice(1)
      run(process.execPath, '--input-type=module', '--eval', `await import('${specifier}')`)
      console.log(`${specifier} loads`)
    }
  }
  run(join(folder, 'node_modules', '.bin', 'sluice'), 'init', 'first')
  run(join(folder, 'node_modules', '.bin', 'sluice'), 'validate', join('first', 'connectors_registry.json'))
  console.log('sluice init and sluice validate work')
  console.log(`Node ${process.version}: ${tarballs.length} packages work as they are packed`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** `sluice-cli-0.1.0.tgz` → `@sluice/cli`. */
function nameOf(tarball) {
  return tarball.replace(/^sluice-/, '@sluice/').replace(/-\d+\.\d+\.\d+.*$/, '')
}
