export {
  type Authentication,
  authenticationSchema,
  type ClientAuthenticationMethod,
  clientAuthentications,
  type SignatureAlgorithm,
  signatureAlgorithms,
} from './authentication.ts'
export { documentedManifestOf, manifestOf } from './build-manifest.ts'
export { type Constraints, constraintsSchema } from './constraints.ts'
export {
  type ConnectorDefinition,
  type ConnectorMethod,
  connectorMethods,
  definitionSchema,
  type ParameterRow,
  type PathParameter,
  type RateLimit,
} from './definition.ts'
export { hasPayload, rateLimitsOf } from './definition-rules.ts'
export { headerNamePattern, hopByHopHeaders, isRefusedHeader } from './header-rules.ts'
export type { DefinitionIssue, DefinitionIssueCode, IssueList } from './issue.ts'
export type {
  ConnectorDocumentation,
  DocumentedManifest,
  Manifest,
  ManifestConnector,
  ManifestConstraints,
} from './manifest.ts'
export { type ParsedDefinition, parseDefinition } from './parse-definition.ts'
export { derivePermalink } from './permalink.ts'
export {
  type FaultDomain,
  type ProblemCode,
  type ProblemDetails,
  type ProblemDocument,
  ProblemError,
  type ProblemParam,
  problemCodes,
  problemKinds,
  problemTypeBase,
  type Stage,
  toProblemDocument,
} from './problem.ts'
export { foldQueryKey, mayBeUnlisted, nearQueryKeys } from './query-keys.ts'
export {
  closeRegistry,
  type OpenedRegistry,
  openRegistry,
  type ParsedRegistry,
  parseRegistry,
  registrySchema,
} from './registry.ts'
export { type NamedSchema, toIssues, withinAlternatives } from './schema-issues.ts'
export type { Session, SessionUser } from './session.ts'
export { suggestion } from './unknown-keys.ts'
export { utf8Length } from './utf8-length.ts'
export {
  decodePairs,
  encodePairs,
  executePath,
  maxParamsHeaderLength,
  requestIdPattern,
  sessionCookie,
  type WirePairs,
  wireHeaders,
} from './wire.ts'
