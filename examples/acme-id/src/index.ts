export type { AcmeClient } from './clients.ts'
export { type AcmeId, type StartAcmeIdOptions, startAcmeId } from './start.ts'
