export { connectorProblem } from './answers.ts'
export { connectorHandlers, UnmockedConnectorError } from './connector-handlers.ts'
export type {
  HandlerOptions,
  Manifest,
  ManifestConnector,
  Mock,
  MockedCall,
  Mocks,
  PermalinkOf,
} from './types.ts'
