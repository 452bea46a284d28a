export { createConnectorClient } from './create-client.ts'
export {
  type BoundaryCode,
  ConnectorBoundaryError,
  type ConnectorError,
  ConnectorNetworkError,
  ConnectorProblem,
  ConnectorTimeoutError,
  ConnectorUpstreamError,
  type ErrorParam,
  isConnectorError,
} from './errors.ts'
export type {
  Answer,
  CallOptions,
  ClientOptions,
  ConnectorClient,
  Manifest,
  ManifestConnector,
  ManifestConstraints,
  Payload,
  PermalinkOf,
  ResponseAs,
  ResponseOf,
  Scalar,
  SessionSource,
} from './types.ts'
