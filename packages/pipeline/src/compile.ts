/** Definitions and registries, compiled: for a server, the command line and a browser. Nothing here imports Node. */

export {
  type Compilation,
  type CompiledConnector,
  type CompileOptions,
  compileConnector,
} from './compile/compile-connector.ts'
export {
  compileRegistry,
  type RegistryCompilation,
  type RegistryOptions,
} from './compile/compile-registry.ts'
export type { LiteralDestination } from './compile/literal-destination.ts'
export type { KnownNames } from './compile/missing-names.ts'
export {
  type ComparedConfiguration,
  type ComparedToken,
  compareConfigurations,
  permissionsOfConfiguration,
} from './compile/permissions/compare-configurations.ts'
export { compareConnectors } from './compile/permissions/compare-connectors.ts'
export {
  describe as describePermissions,
  describeConnectors,
  type PermissionDescription,
} from './compile/permissions/describe.ts'
export {
  createRegistryCompiler,
  type RegistryCompiler,
  type SliceOptions,
} from './compile/registry-compiler.ts'
