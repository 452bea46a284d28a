import { parse as parseHost } from 'tldts'

/** What is wrong with an entry of `origins`; nothing when all is well. */
export function refuseOrigin(text: string): string | undefined {
  const pattern = /^(https?):\/\/([^/?#@\\]+)$/.exec(text)
  if (pattern === null) return 'must be an origin, such as https://www.example.com'
  const [, , authority = ''] = pattern
  if (!authority.includes('*')) {
    const isOrigin = URL.canParse(text) && new URL(text).origin === text
    return isOrigin ? undefined : 'must be an origin as browsers write it, such as https://www.example.com'
  }
  const [first = '', ...rest] = authority.split('.')
  const parent = rest.join('.')
  const asHost = `${first.replace('*', 'x')}.${parent}`
  const isPattern =
    /^[a-z0-9-]*\*[a-z0-9-]*$/.test(first) && /^[^*]+$/.test(parent) && URL.canParse(`https://${asHost}`)
  if (!isPattern || new URL(`https://${asHost}`).host !== asHost.replace(/:443$/, '')) {
    return 'may have one *, in its first label, such as https://*--acme.example.com'
  }
  return sharedParent(first, parent)
}

/** A pattern must not fit names that a stranger can get: under a public suffix or at a shared host. */
function sharedParent(first: string, authority: string): string | undefined {
  const parent = authority.replace(/:\d+$/, '')
  const withPrivate = parseHost(`x.${parent}`, { allowPrivateDomains: true })
  const isShared = withPrivate.publicSuffix === parent
  if (!isShared) return undefined
  if (withPrivate.isPrivate === true && first !== '*') return undefined
  return `matches names that anybody can get under ${parent}: write out the label`
}

/** Whether an origin that a browser sent is the one of an entry, or fits its pattern. `null` never does. */
export function matchesOrigin(entry: string, origin: string): boolean {
  const star = entry.indexOf('*')
  if (star === -1) return entry === origin
  const [before, after] = [entry.slice(0, star), entry.slice(star + 1)]
  if (origin.length <= before.length + after.length) return false
  if (!origin.startsWith(before) || !origin.endsWith(after)) return false
  return /^[a-z0-9-]+$/.test(origin.slice(before.length, origin.length - after.length))
}
