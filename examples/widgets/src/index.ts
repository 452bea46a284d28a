export type { DemoUser } from './demo-config.ts'
export { startWidgetsPage, type WidgetsPage, type WidgetsPageOptions } from './server.ts'
export { mintSession } from './session.ts'
