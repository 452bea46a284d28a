export { type AcmeApiOptions, createAcmeApi } from './app.ts'
export { fileBytes } from './data/files.ts'
export type { RecordedRequest } from './record.ts'
export { type AcmeApi, type StartAcmeApiOptions, startAcmeApi } from './start.ts'
