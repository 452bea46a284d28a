import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** What the page consists of, ready to be served. */
export interface PageFiles {
  readonly html: string
  readonly css: string
  readonly script: string
}

const pageFolder = new URL('./page/', import.meta.url)

/** Bundles the widgets from their sources, SDK included, in memory. */
export async function bundlePage(): Promise<PageFiles> {
  const [html, css, bundle] = await Promise.all([
    readFile(new URL('index.html', pageFolder), 'utf8'),
    readFile(new URL('styles.css', pageFolder), 'utf8'),
    build({
      entryPoints: [fileURLToPath(new URL('main.ts', pageFolder))],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      conditions: ['source'],
      minify: true,
      logLevel: 'silent',
    }),
  ])
  const [script] = bundle.outputFiles
  if (script === undefined) throw new Error('esbuild wrote no script')
  return { html, css, script: script.text }
}
