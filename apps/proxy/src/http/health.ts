import type { Services } from '../services.ts'
import type { HeaderRecord } from './header-record.ts'

/** `/healthz`: the process is alive. `/readyz`: it wants calls. */
export const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz'])

const headers: HeaderRecord = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** What a process says of its health. It is ready while its connectors are loaded and it is not shutting down. */
export function healthOf(path: string | undefined, { lifecycle, connectors }: Services) {
  if (path === '/healthz') return { status: 200, headers, body: '{"status":"ok"}' }
  if (lifecycle.isShuttingDown()) return { status: 503, headers, body: '{"status":"shutting_down"}' }
  if (!connectors.isLoaded()) return { status: 503, headers, body: '{"status":"loading"}' }
  return { status: 200, headers, body: '{"status":"ready"}' }
}
