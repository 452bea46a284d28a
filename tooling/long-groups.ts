/** A part of `test:long` with time of its own. */
export interface LongGroup {
  readonly name: string
  /** A run that takes longer is ended, and has failed. */
  readonly minutes: number
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

const soak = ['**/*soak*.long.test.ts']
const guards = ['tooling/guards/**/*.long.test.ts']
const kills = ['**/*kill*.long.test.ts']

/** Every `name.long.test.ts` is in one of these groups. */
export const longGroups: readonly LongGroup[] = [
  { name: 'soak', minutes: 5, include: soak, exclude: [] },
  { name: 'guards', minutes: 5, include: guards, exclude: [] },
  { name: 'kills', minutes: 5, include: kills, exclude: [] },
  { name: 'rest', minutes: 10, include: ['**/*.long.test.ts'], exclude: [...soak, ...guards, ...kills] },
]
