import { defineConfig, type Options } from 'tsup'

/** Properties that leave the code neither as options, as errors, nor to `fetch` or ky. */
const internal = /^(isOnce|callers|failureBody|reply|loadCsrf|share|over)$/

// Made for each build: terser writes what it learns of a module into the options, and so into the next build.
const shared = (): Options => ({
  target: 'es2022',
  platform: 'browser',
  minify: 'terser',
  terserOptions: {
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true },
    mangle: { properties: { regex: internal } },
  },
  // The workspace's packages are bundled from their sources, by the same condition as everywhere.
  esbuildOptions: (options) => {
    options.conditions = ['source']
    options.chunkNames = '[name]'
  },
})

/** ESM for bundlers, which bring ky once for the page; one file with ky inside for `<script>`. */
export default defineConfig([
  { ...shared(), entry: { index: 'src/index.ts' }, format: 'esm', dts: true },
  {
    ...shared(),
    entry: { sluice: 'src/index.ts' },
    format: 'iife',
    globalName: 'Sluice',
    noExternal: ['ky'],
    outExtension: () => ({ js: '.iife.js' }),
  },
])
