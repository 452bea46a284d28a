import { resolve } from 'node:path'
import { readSettings, type Settings, startServer } from '@sluice/proxy'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import { applyRegistry, type DevFiles, type DevSession, openSession } from '../dev/dev-session.ts'
import { mintSessionToken } from '../dev/session-token.ts'
import { watchFiles } from '../dev/watch-files.ts'
import { examples, parsePort } from '../options.ts'
import type { Output } from '../output.ts'

/** Adds `sluice dev`. */
export function registerDev(program: Command, { output, stop }: CommandContext): void {
  program
    .command('dev')
    .description('run the proxy with a registry and a development configuration; edits apply on save')
    .option('--registry <file>', 'the registry of connectors', 'connectors_registry.json')
    .option('--config <file>', 'tenant, users, secrets and variables', 'sluice.dev.json')
    .option('--port <number>', 'where to listen; 0 chooses a free port', parsePort, 8787)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .addHelpText('after', examples('sluice dev', 'sluice dev --registry connectors/registry.json --port 0'))
    .action((options: DevOptions) => dev(options, output, stop))
}

export interface DevOptions {
  readonly registry: string
  readonly config: string
  readonly port: number
  readonly host: string
}

/** Services that were replaced live on as long as a call may take. */
const retireMs = 60_000

/**
 * `sluice dev`: the proxy with everything in memory. Edits apply when they are saved; a mistake is shown and
 * changes nothing.
 *
 * @throws CommandError where the files are wrong at the start, or the port cannot be had
 */
async function dev(options: DevOptions, output: Output, stop: AbortSignal): Promise<void> {
  const settings = readSettings()
  const files = { registry: resolve(options.registry), config: resolve(options.config) }
  let session = await openSession(files, settings, output)
  if (session === undefined) throw new CommandError('Nothing was started: mend the errors above')
  const server = await listen(session, options)
  // One edit after the other: the later one wins, however long the earlier one takes.
  let applying = Promise.resolve()
  const stopWatching = await watchFiles([files.registry, files.config], (file) => {
    applying = applying.then(async () => {
      session = (await apply(file, { files, session, settings, output, server })) ?? session
    })
  })
  const takeStrayError = (error: unknown) => server.takeStrayError(error)
  process.on('uncaughtException', takeStrayError).on('unhandledRejection', takeStrayError)
  await printTokens(session, output)
  output.result(`ready ${server.url}`)

  await aborted(stop)
  await stopWatching()
  await applying
  await server.close()
  await session?.services.close()
  process.off('uncaughtException', takeStrayError).off('unhandledRejection', takeStrayError)
}

type Server = Awaited<ReturnType<typeof startServer>>

interface Edit {
  readonly files: DevFiles
  readonly session: DevSession | undefined
  readonly settings: Settings
  readonly output: Output
  readonly server: Server
}

/** Applies one saved file; gives the session that runs from now on, or nothing where all stays as it was. */
async function apply(
  file: string,
  { files, session, settings, output, server }: Edit,
): Promise<DevSession | undefined> {
  try {
    if (file === files.registry && session !== undefined) {
      const applied = await applyRegistry(files, session, output)
      output.note(applied ? `applied ${file}` : 'kept the connectors as they were')
      return undefined
    }
    const next = await openSession(files, settings, output)
    if (next === undefined) {
      output.note('kept everything as it was')
      return undefined
    }
    server.use(next.services)
    setTimeout(() => void session?.services.close(), retireMs).unref()
    output.note(`applied ${file}`)
    return next
  } catch (error) {
    output.note(`kept everything as it was: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

async function listen(session: DevSession, { port, host }: DevOptions): Promise<Server> {
  try {
    return await startServer(session.services, { port, host })
  } catch (error) {
    await session.services.close()
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new CommandError(`Cannot listen on ${host}, port ${port}${code}`, { cause: error })
  }
}

async function printTokens({ config }: DevSession, output: Output): Promise<void> {
  for (const user of config.users) {
    const token = await mintSessionToken(config, user, new Date())
    output.note(`session token of user ${user.id}: ${token}`)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
}
