/** `node tooling/release/notes.ts v1.2.3`: what the changelog says of that version. Fails for a tag that is no version. */
import { readRepositoryFile } from '../workspace.ts'
import { sectionOf } from './changelog.ts'

const [tag = ''] = process.argv.slice(2)
const { version } = JSON.parse(readRepositoryFile('packages/connector-sdk/package.json')) as {
  version: string
}
if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, but the packages are at v${version}.`)
console.log(sectionOf(readRepositoryFile('CHANGELOG.md'), version))
