import { isBuiltin } from 'node:module'
import { dirname, matchesGlob, posix } from 'node:path'
import type { WorkspacePackage } from '../workspace.ts'
import { reachableFrom } from './reachable.ts'
import type { ImportFact, SourceFacts } from './source-facts.ts'

export interface Rule {
  readonly says: string
  /** Globs over paths from the root. */
  readonly where: readonly string[]
  /** Whether the rule also holds for every file of ours that these load. */
  readonly withImports?: true
  readonly except?: readonly string[]
  /** What breaks the rule in such a file. */
  readonly finds: (file: SourceFacts, workspace: readonly WorkspacePackage[]) => readonly Finding[]
  /** A file that breaks it, to prove that the rule bites. */
  readonly broken: { readonly path: string; readonly text: string }
}

interface Finding {
  readonly line: number
  readonly what: string
}

/** `testing/` holds what several tests share. */
const tests = ['**/*.test.ts', '**/testing/**']
const production = ['packages/*/src/**', 'apps/*/src/**']

const OVERRIDES = ['packages/pipeline/src/overrides.ts', 'packages/pipeline/src/overrides/**']

/** What a browser may load. */
const BROWSER_ENTRIES = [
  'packages/connector-schema/src/**',
  'packages/connector-testing/src/**',
  'packages/pipeline/src/compile.ts',
  'packages/pipeline/src/overrides.ts',
]

/** How the house is divided: docs/architecture.md says why. */
export const rules: readonly Rule[] = [
  {
    says: 'connector-schema stands alone',
    where: ['packages/connector-schema/**'],
    finds: ourPackagesOtherThan(),
    broken: sample('packages/connector-schema/src/a.ts', `import type { A } from '@sluice/templates'`),
  },
  {
    says: 'templates imports connector-schema only',
    where: ['packages/templates/**'],
    finds: ourPackagesOtherThan('connector-schema'),
    broken: sample('packages/templates/src/a.ts', `import { a } from '@sluice/pipeline'`),
  },
  {
    says: 'pipeline imports connector-schema and templates only',
    where: ['packages/pipeline/**'],
    finds: ourPackagesOtherThan('connector-schema', 'templates'),
    broken: sample('packages/pipeline/src/a.ts', `export { a } from '@sluice/proxy'`),
  },
  {
    says: 'the proxy imports connector-schema, templates and pipeline only',
    where: ['apps/proxy/**'],
    finds: ourPackagesOtherThan('connector-schema', 'templates', 'pipeline'),
    broken: sample('apps/proxy/src/a.ts', `await import('@sluice/cli')`),
  },
  {
    says: 'the cli imports everything below it, and nothing beside it',
    where: ['packages/cli/**'],
    finds: ourPackagesOtherThan('connector-schema', 'templates', 'pipeline', 'proxy'),
    broken: sample('packages/cli/src/a.ts', `import '@sluice/connector-sdk'`),
  },
  {
    says: 'connector-testing imports connector-schema and pipeline only',
    where: ['packages/connector-testing/**'],
    finds: ourPackagesOtherThan('connector-schema', 'pipeline'),
    broken: sample('packages/connector-testing/src/a.ts', `import { a } from '@sluice/templates'`),
  },
  {
    says: 'the SDK imports at run time only ky and the wire',
    where: ['packages/connector-sdk/src/**'],
    except: tests,
    finds: importsWhere(
      ({ specifier, typeOnly }) =>
        !(isRelative(specifier) || specifier === 'ky' || specifier === '@sluice/connector-schema/wire') &&
        !(typeOnly && specifier === '@sluice/connector-schema'),
    ),
    broken: sample('packages/connector-sdk/src/a.ts', `import { type A } from '@sluice/connector-schema'`),
  },
  {
    says: "the SDK's send.ts is the only file that knows ky",
    where: ['packages/connector-sdk/src/**'],
    except: [...tests, 'packages/connector-sdk/src/send.ts'],
    finds: importsOf('ky'),
    broken: sample('packages/connector-sdk/src/a.ts', `import ky from 'ky'`),
  },
  {
    says: 'the wire imports nothing, so that a browser may load it',
    where: ['packages/connector-schema/src/wire.ts'],
    finds: importsWhere(() => true),
    broken: sample('packages/connector-schema/src/wire.ts', `import type { A } from './problem.ts'`),
  },
  {
    says: 'definitions are compiled and overrides are checked in a browser too, without Node',
    where: BROWSER_ENTRIES,
    withImports: true,
    except: tests,
    finds: importsWhere(({ specifier, typeOnly }) => !typeOnly && isBuiltin(specifier)),
    broken: sample('packages/pipeline/src/compile.ts', `import { createHash } from 'node:crypto'`),
  },
  {
    says: 'the rules for overrides import at run time only each other, connector-schema and RE2',
    where: OVERRIDES,
    except: tests,
    finds: (file) =>
      findImports(file, ({ specifier, typeOnly }) => {
        if (typeOnly) return false
        if (isRelative(specifier)) return !isIn(OVERRIDES, target(file, specifier))
        return specifier !== '@sluice/connector-schema' && specifier !== 're2js'
      }),
    broken: sample(
      'packages/pipeline/src/overrides/enforce-overrides.ts',
      `import { Secret } from '../secrecy/secret.ts'`,
    ),
  },
  {
    says: 'connector-testing enters the pipeline by the rules for overrides alone',
    where: ['packages/connector-testing/src/**'],
    finds: importsWhere(({ specifier }) => specifier === '@sluice/pipeline'),
    broken: sample('packages/connector-testing/src/a.ts', `import { runExchange } from '@sluice/pipeline'`),
  },
  {
    says: 'a stage imports no other stage',
    where: ['packages/pipeline/src/stages/**'],
    except: tests,
    finds: (file) =>
      findImports(file, ({ specifier }) => isRelative(specifier) && isIn(STAGES, target(file, specifier))),
    broken: sample('packages/pipeline/src/stages/2-b.ts', `import type { A } from './1-a.ts'`),
  },
  {
    says: 'the pipeline knows no HTTP server, no database and no network',
    where: ['packages/pipeline/src/**'],
    except: tests,
    finds: importsOf(
      'hono',
      '@hono/node-server',
      'undici',
      'keyv',
      'kysely',
      'node:http',
      'node:http2',
      'node:https',
      'node:net',
      'node:sqlite',
      'node:tls',
    ),
    broken: sample('packages/pipeline/src/a.ts', `import { request } from 'undici'`),
  },
  {
    says: 'liquidjs is known to templates only',
    where: ['**'],
    // Measures it bare, beside ours.
    except: ['packages/templates/**', 'bench/**'],
    finds: importsOf('liquidjs'),
    broken: sample('packages/pipeline/src/a.ts', `import { Liquid } from 'liquidjs'`),
  },
  {
    says: 'http-cache-semantics is known to freshness.ts only',
    where: ['**'],
    except: ['packages/pipeline/src/caching/freshness.ts'],
    finds: importsOf('http-cache-semantics'),
    broken: sample(
      'packages/pipeline/src/caching/stale.ts',
      `import CachePolicy from 'http-cache-semantics'`,
    ),
  },
  {
    says: 'Redis is known to its adapter only',
    where: production,
    except: [...tests, 'apps/proxy/src/adapters/redis/**'],
    finds: importsOf('@keyv/redis', 'keyv', 'redis', '@redis/client'),
    broken: sample('apps/proxy/src/adapters/tokens/a.ts', `import { createClient } from '@keyv/redis'`),
  },
  {
    says: 'undici is known to the egress adapter only',
    where: production,
    except: [...tests, 'apps/proxy/src/adapters/egress/**'],
    finds: importsOf('undici'),
    broken: sample('apps/proxy/src/app.ts', `import { Agent } from 'undici'`),
  },
  {
    says: 'the environment is read in one file',
    where: production,
    except: [...tests, 'apps/proxy/src/env.ts'],
    finds: (file) => file.environmentLines.map((line) => ({ line, what: 'the environment' })),
    broken: sample('packages/pipeline/src/a.ts', 'export const { env } = process'),
  },
  {
    says: 'a secret is opened in stage 3, in authentication, where tokens are kept and in the echo scan only',
    where: production,
    except: [
      ...tests,
      'packages/pipeline/src/stages/3-inject-secrets.ts',
      'packages/pipeline/src/authentication/**',
      'packages/pipeline/src/tokens/**',
      'apps/proxy/src/adapters/tokens/**',
      'packages/pipeline/src/secrecy/**',
    ],
    finds: (file) => file.exposeLines.map((line) => ({ line, what: 'expose' })),
    broken: sample('apps/proxy/src/a.ts', 'console.log(secret.expose())'),
  },
  {
    says: 'what is shipped imports nothing of testing/',
    where: production,
    except: tests,
    finds: (file) => findImports(file, ({ specifier }) => isIn(tests, target(file, specifier))),
    broken: sample('apps/proxy/src/a.ts', `import { serve } from './http/testing/serve.ts'`),
  },
  {
    says: 'a relative import stays in its package; only configuration and e2e reach into tooling/',
    where: ['**'],
    finds: (file, workspace) =>
      findImports(file, ({ specifier }) => {
        if (!isRelative(specifier)) return false
        const to = target(file, specifier)
        if (owner(to, workspace) === owner(file.path, workspace)) return false
        return !(isIn(['tooling/**'], to) && isIn(['**/*.config.ts', 'e2e/**'], file.path))
      }),
    broken: sample('packages/cli/src/a.ts', `import { a } from '../../pipeline/src/run.ts'`),
  },
  {
    says: 'a package of ours is entered through its declared exports',
    where: ['**'],
    finds: (file, workspace) =>
      findImports(file, ({ specifier }) => {
        const entered = workspace.find(({ name }) => name === packageName(specifier))
        return entered !== undefined && !(specifier.replace(entered.name, '.') in entered.exports)
      }),
    broken: sample('packages/cli/src/a.ts', `import { a } from '@sluice/pipeline/src/run.ts'`),
  },
  {
    says: "what is imported is declared in the package's own package.json",
    where: ['**'],
    finds: (file, workspace) =>
      findImports(file, ({ specifier }) => {
        if (isRelative(specifier) || specifier.startsWith('node:')) return false
        return !mayUse(file.path, workspace).has(packageName(specifier))
      }),
    broken: sample('packages/pipeline/src/a.ts', `import pad from 'left-pad'`),
  },
]

const STAGES = ['packages/pipeline/src/stages/**']

/** Every breach of the rules by these files: `path:line: what, but rule`. */
export const checkRules = (
  files: readonly SourceFacts[],
  workspace: readonly WorkspacePackage[],
  checked: readonly Rule[] = rules,
): readonly string[] =>
  checked.flatMap((rule) => {
    const { says, finds, where, except = [] } = rule
    const ruled = files.filter(({ path }) => !isIn(except, path))
    const reached = rule.withImports && reachableFrom(where, ruled, workspace)
    return ruled
      .filter(({ path }) => reached?.has(path) ?? isIn(where, path))
      .flatMap((file) =>
        finds(file, workspace).map(({ line, what }) => `${file.path}:${line}: ${what}, but ${says}`),
      )
  })

function sample(path: string, text: string): Rule['broken'] {
  return { path, text }
}

function ourPackagesOtherThan(...allowed: readonly string[]): Rule['finds'] {
  const names = allowed.map((name) => `@sluice/${name}`)
  return importsWhere(
    ({ specifier }) => specifier.startsWith('@sluice/') && !names.includes(packageName(specifier)),
  )
}

function importsOf(...names: readonly string[]): Rule['finds'] {
  return importsWhere(({ specifier }) => names.includes(packageName(specifier)))
}

function importsWhere(breaks: (fact: ImportFact) => boolean): Rule['finds'] {
  return (file) => findImports(file, breaks)
}

const findImports = (file: SourceFacts, breaks: (fact: ImportFact) => boolean): readonly Finding[] =>
  file.imports.filter(breaks).map(({ line, specifier }) => ({ line, what: `imports ${specifier}` }))

const isRelative = (specifier: string): boolean => specifier.startsWith('.')

const isIn = (globs: readonly string[], path: string): boolean =>
  globs.some((glob) => matchesGlob(path, glob))

const target = (file: SourceFacts, specifier: string): string => posix.join(dirname(file.path), specifier)

/** `@scope/name/sub` and `name/sub` without their subpath. */
const packageName = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** The package whose folder holds the path most closely; the root holds what no other does. */
const owner = (path: string, workspace: readonly WorkspacePackage[]): WorkspacePackage | undefined =>
  workspace
    .filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`))
    .toSorted((a, b) => b.folder.length - a.folder.length)[0]

/** Its package's dependencies; tests, configuration and tooling may also use the root's tools. */
const mayUse = (path: string, workspace: readonly WorkspacePackage[]): ReadonlySet<string> => {
  const own = owner(path, workspace)
  const usesRootTools = isIn([...tests, '**/*.config.ts', 'tooling/**', 'e2e/**'], path)
  const root = usesRootTools ? workspace.find(({ folder }) => folder === '') : undefined
  return new Set([own?.name ?? '', ...(own?.dependencies ?? []), ...(root?.dependencies ?? [])])
}
