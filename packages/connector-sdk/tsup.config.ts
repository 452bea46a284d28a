import { defineConfig, type Options } from 'tsup'

const shared: Options = {
  target: 'es2022',
  platform: 'browser',
  minify: true,
  // The workspace's packages are bundled from their sources, by the same condition as everywhere.
  esbuildOptions: (options) => {
    options.conditions = ['source']
  },
}

/** ESM for bundlers, which bring ky once for the page; one file with ky inside for `<script>`. */
export default defineConfig([
  { ...shared, entry: { index: 'src/index.ts' }, format: 'esm', dts: true },
  {
    ...shared,
    entry: { sluice: 'src/index.ts' },
    format: 'iife',
    globalName: 'Sluice',
    noExternal: ['ky'],
    outExtension: () => ({ js: '.iife.js' }),
  },
])
