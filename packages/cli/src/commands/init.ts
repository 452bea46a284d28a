import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import { examples } from '../options.ts'
import type { Output } from '../output.ts'
import { type StarterFile, starterFiles } from '../starter.ts'

/** Adds `sluice init`. */
export function registerInit(program: Command, { output }: CommandContext): void {
  program
    .command('init')
    .description('write a starter: a registry, sluice.dev.json, a small API and a page with a widget')
    .argument('[folder]', 'where to; made if it is not there', '.')
    .addHelpText('after', examples('sluice init', 'sluice init first-connector'))
    .action((folder: string) => init(folder, output))
}

/**
 * `sluice init`: writes a starter that works with `sluice dev` at once.
 *
 * @throws CommandError where a file of it is there already; nothing is written then
 */
async function init(folder: string, output: Output): Promise<void> {
  const files = await starterFiles()
  const present = files.filter(({ name, optional }) => optional !== true && existsSync(join(folder, name)))
  if (present.length > 0) {
    const names = present.map(({ name }) => name).join(', ')
    throw new CommandError(
      `Nothing was written: ${names} would be overwritten in ${folder}; name another folder`,
    )
  }
  try {
    await mkdir(folder, { recursive: true })
    for (const file of files) await write(folder, file, output)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new CommandError(`Cannot write to ${folder} (${String(error.code)})`, { cause: error })
  }
  const place = relative(process.cwd(), resolve(folder))
  output.note(
    [
      '',
      'Next, in two terminals:',
      ...(place === '' ? [] : [`  cd ${place}`]),
      '  node server.mjs     # a small API and a page',
      '  sluice dev          # the proxy',
      '',
      'sluice.dev.json holds secrets: keep it out of version control.',
    ].join('\n'),
  )
}

async function write(
  folder: string,
  { name, text, mode, optional }: StarterFile,
  output: Output,
): Promise<void> {
  const path = join(folder, name)
  if (optional === true && existsSync(path)) {
    output.note(
      `kept ${path}; it should name what sluice keeps to itself: ${text.trim().replace('\n', ', ')}`,
    )
    return
  }
  // `wx`: what came to be there since it was looked for is not overwritten either.
  await writeFile(path, text, { flag: 'wx', ...(mode !== undefined && { mode }) })
  output.result(path)
}
