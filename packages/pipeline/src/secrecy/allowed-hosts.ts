/**
 * Whether a secret may go to a host. Patterns: an exact host name, `*.example.com` for every name below it,
 * or `*`. An empty list allows nothing.
 */
export function hostIsAllowed(host: string, patterns: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  return patterns.some((pattern) => {
    const rule = pattern.toLowerCase().replace(/\.$/, '')
    if (rule === '*') return true
    return rule.startsWith('*.')
      ? name.endsWith(rule.slice(1)) && name.length > rule.length - 1
      : name === rule
  })
}
