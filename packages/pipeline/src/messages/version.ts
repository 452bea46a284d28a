import manifest from '../../package.json' with { type: 'json' }

/** The version that Sluice tells APIs in `User-Agent`. */
export const version: string = manifest.version
