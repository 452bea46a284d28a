/** What renders need of Node. Compiling needs none of it: a browser compiles what this runtime renders. */
import { filterRuns } from './filters/filters.ts'
import type { TemplateRuntime } from './types.ts'

/** The filters, with Node's own hashes and signatures, and the clock of this thread. */
export const nodeRuntime: TemplateRuntime = {
  filters: filterRuns,
  threadMs() {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  },
}
