import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as source from './index.ts'

const packageFolder = dirname(import.meta.dirname)
const kilobyte = 1024
let folder: string
let esm: string
let csrf: string
let iife: string
let declarations: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connector-sdk-'))
  const tsup = join(dirname(createRequire(import.meta.url).resolve('tsup')), 'cli-default.js')
  await promisify(execFile)(process.execPath, [tsup, '--out-dir', folder], { cwd: packageFolder })
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  ;[esm, csrf, iife, declarations] = await Promise.all([
    read('index.js'),
    read('csrf.js'),
    read('sluice.iife.js'),
    read('index.d.ts'),
  ])
})
afterAll(() => rm(folder, { recursive: true }))

describe('the build', () => {
  it('gives an ESM file and what cookie sessions load beside it, one file for <script>, and types', async () => {
    expect((await readdir(folder)).sort()).toEqual(['csrf.js', 'index.d.ts', 'index.js', 'sluice.iife.js'])
  })

  it('is at most 3 kB gzipped without ky, which is its only import', () => {
    expect(gzipSync(esm, { level: 9 }).length).toBeLessThanOrEqual(3 * kilobyte)
    expect([...esm.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map((match) => match[1])).toEqual(['ky'])
  })

  it('lets cookie sessions load a few hundred bytes more, which import nothing', () => {
    expect(gzipSync(csrf, { level: 9 }).length).toBeLessThanOrEqual(kilobyte / 2)
    expect(csrf).not.toMatch(/\bimport\b/)
    expect([...esm.matchAll(/\bimport\(["'](.+?)["']\)/g)].map((match) => match[1])).toEqual(['./csrf.js'])
  })

  it('is at most 12 kB gzipped with ky, and imports nothing', () => {
    expect(gzipSync(iife, { level: 9 }).length).toBeLessThanOrEqual(12 * kilobyte)
    expect(iife).not.toMatch(/\bimport\b\s*[({"'*]/)
  })

  it.each(['zod', 'node:', 'liquid', 'require(', 'eval(', 'new Function', 'process.env'])(
    'holds no `%s` in either file',
    (name) => {
      expect(esm).not.toContain(name)
      expect(iife).not.toContain(name)
    },
  )

  it('gives the page one global, `Sluice`, with everything that the module exports', () => {
    const page = { Request, Response, Headers, AbortController, AbortSignal, ReadableStream, TextEncoder }
    const own = Object.keys(page)
    runInNewContext(iife, page)
    expect(Object.keys(page).filter((name) => !own.includes(name))).toEqual(['Sluice'])
    expect(Object.keys(Reflect.get(page, 'Sluice')).sort()).toEqual(Object.keys(source).sort())
  })

  it('publishes types that stand on their own', () => {
    expect(declarations).not.toMatch(/zod|@sluice\/|\bimport\s*[\w({"*]/)
    expect(declarations).toContain('createConnectorClient')
  })
})
