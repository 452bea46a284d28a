import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { ProblemError, type Session, toProblemDocument, type WirePairs } from '@sluice/connector-schema'
import { type Call, type CompiledConnector, type Trace, traceExchange } from '@sluice/pipeline'
import { type MemoryServices, mayCall, readSettings } from '@sluice/proxy'
import type { Command } from 'commander'
import { CommandError } from '../command-error.ts'
import type { CommandContext } from '../context.ts'
import type { DevConfig } from '../dev/dev-config.ts'
import { openSession } from '../dev/dev-session.ts'
import { devIssuer } from '../dev/session-token.ts'
import { collectPair, examples } from '../options.ts'
import type { Output } from '../output.ts'
import { printTrace } from './print-trace.ts'

/** Adds `sluice test`. */
export function registerTest(program: Command, { output }: CommandContext): void {
  program
    .command('test')
    .argument('<permalink>', 'the connector')
    .description('run a real exchange and show everything about it, secrets masked')
    .option('--registry <file>', 'the registry of connectors', 'connectors_registry.json')
    .option('--config <file>', 'tenant, users, secrets and variables', 'sluice.dev.json')
    .option('--query <key=value>', 'a query override; repeat it for more', collectPair)
    .option('--path <key=value>', 'a path parameter; repeat it for more', collectPair)
    .option('--header <key=value>', 'a header override; repeat it for more', collectPair)
    .option('--payload <text>', 'the payload, or @ and the name of a file that holds it')
    .option('--content-type <type>', 'what the payload is', 'application/json')
    .option('--user <id>', 'as which user of the configuration; the first one unless said otherwise')
    .option('--anonymous', 'without a user')
    .option('--json', 'print the trace as JSON')
    .addHelpText(
      'after',
      examples(
        'sluice test idea-endorsements --path idea_id=42 --query limit=5 --user 7',
        'sluice test create-lead --payload @lead.json --json',
      ),
    )
    .action((permalink: string, options: TestOptions) => testConnector(permalink, options, output))
}

export interface TestOptions {
  readonly registry: string
  readonly config: string
  readonly query?: WirePairs
  readonly path?: WirePairs
  readonly header?: WirePairs
  /** A text, or `@` and the name of a file. */
  readonly payload?: string
  readonly contentType: string
  readonly user?: string
  readonly anonymous?: boolean
  readonly json?: boolean
}

/**
 * `sluice test`: one real exchange with the registry and the configuration of `sluice dev`, and everything about
 * it that people may see.
 *
 * @throws CommandError where there is nothing to run, or the exchange ended in a problem
 */
async function testConnector(permalink: string, options: TestOptions, output: Output): Promise<void> {
  const files = { registry: resolve(options.registry), config: resolve(options.config) }
  const session = await openSession(files, readSettings(), output)
  if (session === undefined) throw new CommandError('Nothing was run: mend the errors above')
  const { services, config } = session
  try {
    const connector = services.connectors.get(config.tenant_id, permalink)
    if (connector === undefined) throw new CommandError(`The registry has no connector ${permalink}`)
    const trace = await run(connector, services, { options, session: sessionOf(config, options) })
    if (options.json === true) output.result(JSON.stringify(trace, null, 2))
    else printTrace(trace, output)
    if (trace.problem !== null) throw new CommandError(`The exchange ended with ${trace.problem.code}`)
  } finally {
    await services.close()
  }
}

async function run(
  connector: CompiledConnector,
  { ports }: MemoryServices,
  { options, session }: { readonly options: TestOptions; readonly session: Session },
): Promise<Trace> {
  const call: Call = {
    requestId: randomUUID(),
    connector,
    session,
    query: options.query ?? [],
    headers: options.header ?? [],
    pathParams: options.path ?? [],
    payload: payloadOf(options),
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
    ending: { signal: AbortSignal.timeout(ports.limits.exchangeMs) },
  }
  // What the proxy would not admit is not run here either.
  if (mayCall(session, connector)) return traceExchange(call, ports, { revealCredentialsToOwner: true })
  const code = session.user === undefined ? 'AUTHENTICATION_REQUIRED' : 'FORBIDDEN'
  const problem = new ProblemError(code, { detail: 'The session may not call this connector' })
  throw new CommandError(`${code}: ${toProblemDocument(problem, call.requestId).detail}`)
}

/** The session that the token of a user would give. */
function sessionOf(config: DevConfig, { user: id, anonymous }: TestOptions): Session {
  if (anonymous === true) return { tenant_id: config.tenant_id }
  const user = id === undefined ? config.users[0] : config.users.find((one) => one.id === id)
  if (user === undefined) {
    if (id === undefined) return { tenant_id: config.tenant_id }
    throw new CommandError(`The configuration has no user ${id}`)
  }
  const { email, first_name, last_name, username, roles, profile_fields } = user
  return {
    tenant_id: config.tenant_id,
    issuer: devIssuer,
    user: {
      id: user.id,
      ...(email !== undefined && { email }),
      ...(first_name !== undefined && { first_name }),
      ...(last_name !== undefined && { last_name }),
      ...(username !== undefined && { username }),
      roles,
      profile_fields,
    },
  }
}

function payloadOf({ payload, contentType }: TestOptions): Call['payload'] {
  if (payload === undefined) return null
  const bytes = payload.startsWith('@') ? readPayload(payload.slice(1)) : Buffer.from(payload)
  return { stream: Readable.from([bytes], { objectMode: false }), contentType, length: bytes.byteLength }
}

function readPayload(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new CommandError(`Cannot read the payload from ${file}`, { cause: error })
  }
}
