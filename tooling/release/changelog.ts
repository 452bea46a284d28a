import { z } from 'zod'

const bump = z.enum(['major', 'minor', 'patch'])
const change = z.union([bump, z.literal('none')])

/** What `changeset status --output` writes, as far as a changelog needs it. */
export const releasePlan = z.object({
  changesets: z.array(
    z.object({
      summary: z.string(),
      releases: z.array(z.object({ name: z.string(), type: change })),
    }),
  ),
  /** Private packages too, as `none`. */
  releases: z.array(z.object({ type: change, newVersion: z.string() })),
})

type ReleasePlan = z.infer<typeof releasePlan>

const headings = { major: 'Breaking', minor: 'New', patch: 'Mended' } as const
const bumps = bump.options

/**
 * The changelog with the section of the next version in front of the older ones.
 *
 * @param date `YYYY-MM-DD`
 * @throws Error where there is nothing to release, or packages would get different versions
 */
export function addRelease(changelog: string, plan: ReleasePlan, date: string): string {
  const released = plan.releases.filter(({ type }) => type !== 'none')
  const [version, ...others] = new Set(released.map(({ newVersion }) => newVersion))
  if (version === undefined) throw new Error('There is no changeset: nothing to release.')
  if (others.length > 0)
    throw new Error(`Packages would get different versions: ${[version, ...others].join(', ')}.`)
  const section = [`## ${version} (${date})`, ...bumps.flatMap((kind) => entries(plan, kind))].join('\n\n')
  const before = changelog.search(/^## /m)
  if (before === -1) return `${changelog.trimEnd()}\n\n${section}\n`
  return `${changelog.slice(0, before)}${section}\n\n${changelog.slice(before)}`
}

/**
 * The section of one version, without its heading.
 *
 * @throws Error where there is none
 */
export function sectionOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((text) => text.startsWith(`${version} (`))
  if (section === undefined) throw new Error(`CHANGELOG.md has no version ${version}.`)
  return section.slice(section.indexOf('\n')).trim()
}

/** What a changeset says belongs under the largest change that it makes to a package. */
function entries({ changesets }: ReleasePlan, kind: z.infer<typeof bump>): readonly string[] {
  const own = changesets.filter(
    ({ releases }) => bumps.find((one) => releases.some(({ type }) => type === one)) === kind,
  )
  if (own.length === 0) return []
  return [
    `### ${headings[kind]}`,
    own.map(({ summary }) => `- ${summary.trim().replaceAll('\n', '\n  ')}`).join('\n'),
  ]
}
