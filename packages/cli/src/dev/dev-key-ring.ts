import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyRing, parseKeyRing } from '@sluice/proxy'
import { CommandError } from '../command-error.ts'

/**
 * The key ring of this folder's `.sluice/`, made where there is none yet, readable to its owner only.
 *
 * @throws CommandError where the file is readable to others or holds no key ring
 */
export function openDevKeyRing(folder: string): KeyRing {
  const file = join(folder, 'encryption-keys')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (statSync(file, { throwIfNoEntry: false }) === undefined) make(file)
  // Windows keeps no such mode.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new CommandError(`${file} is open to others: give it the mode 600, or delete it`)
  }
  try {
    return parseKeyRing(readFileSync(file, 'utf8').trim())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError(`${file} ${reason}`, { cause: error })
  }
}

/** Whole or not at all: of two processes that start together, one makes the file and both read it. */
function make(file: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `dev:${randomBytes(32).toString('base64')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}
