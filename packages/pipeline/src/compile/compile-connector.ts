import {
  type ConnectorDefinition,
  type DefinitionIssue,
  hasPayload,
  type PathParameter,
} from '@sluice/connector-schema'
import {
  bodyFormatOf,
  type CompiledTemplate,
  type CompiledUrl,
  compileTemplate,
  compileUrl,
  type Uses,
} from '@sluice/templates'
import { invalidPathValue } from '../overrides/path-value.ts'
import { type CompiledAuthentication, compileAuthentication } from './authentication/index.ts'
import { checkRetry } from './check-retry.ts'
import { type CompiledRow, compileRows } from './compile-rows.ts'
import { DefinitionReport } from './definition-report.ts'
import { type Dependencies, dependenciesOf } from './dependencies.ts'
import { type DestinationRules, reportDestination } from './literal-destination.ts'
import { compileRateLimits, type RateLimits } from './rate-limits.ts'
import { checkReservedKeys, reservedQueryKeys } from './reserved-keys.ts'
import { revisionOf } from './revision.ts'
import { placesOfSecrets, type SecretPlaces } from './secret-places.ts'

/** One revision of a connector, with everything done that can be done once. Immutable. */
export interface CompiledConnector {
  readonly tenantId: string
  readonly permalink: string
  /** Digest of the definition: the same definition is the same revision. */
  readonly revision: string
  readonly definition: ConnectorDefinition
  readonly url: CompiledUrl
  readonly headers: readonly CompiledRow[]
  readonly query: readonly CompiledRow[]
  /** What no unlisted parameter may come near to (`nearQueryKeys`). */
  readonly reservedQueryKeys: ReadonlySet<string>
  readonly pathParameters: ReadonlyMap<string, PathParameter>
  readonly authentication: CompiledAuthentication
  readonly requestBody: CompiledTemplate | undefined
  readonly responseBody: CompiledTemplate | undefined
  readonly dependencies: Dependencies
  readonly secretPlaces: SecretPlaces
  /** The same for everybody who calls it without overrides in headers or path: a shared cache may keep it. */
  readonly publicAnswer: boolean
  readonly redirectHosts: ReadonlySet<string>
  /** Whether a call needs no session: `access`, and neither a role nor the user is asked for. */
  readonly isOpen: boolean
  readonly rateLimits: RateLimits
}

export interface CompileOptions extends DestinationRules {
  readonly tenantId: string
}

export interface Compilation {
  /** Absent when there are errors. */
  readonly connector: CompiledConnector | undefined
  readonly errors: readonly DefinitionIssue[]
  readonly warnings: readonly DefinitionIssue[]
}

/** Compiles a valid definition: parses its templates, enforces the rules that need them, knows what it uses. */
export function compileConnector(definition: ConnectorDefinition, options: CompileOptions): Compilation {
  const report = new DefinitionReport(pathFormatsOf(definition))
  const url = compileDestination(definition, options, report)
  const headers = compileRows('headers', definition.headers, report)
  const query = compileRows('query_parameters', definition.query_parameters, report)
  const pathParameters = compilePathParameters(definition.path_parameters, report)
  const authentication = compileAuthentication(definition.authentication, {
    report,
    rules: options,
  })
  const requestBody = compileBody('request_body', definition, report)
  const responseBody = compileBody('response_body', definition, report)
  checkReservedKeys(definition, url, report)
  checkRetry(definition, report)
  const request = [
    ...(url === undefined ? [] : [url.uses]),
    ...usesOf(headers),
    ...usesOf(query),
    ...authentication.uses,
    ...usesOfBody(requestBody),
  ]
  // guard: no-chosen-range (packages/pipeline/src/secrecy/response-scan.test.ts)
  checkRange(headers, request, report)
  const response = usesOfBody(responseBody)
  if (!report.hasFailedTemplate) checkAllUsed(definition, [...request, ...response], report)

  if (report.errors.length > 0 || url === undefined) {
    return { connector: undefined, errors: report.errors, warnings: report.warnings }
  }
  const dependencies = dependenciesOf({ request, response })
  const isOpen = definition.access === 'anonymous' && definition.roles.length === 0 && !dependencies.needsUser
  const connector: CompiledConnector = {
    tenantId: options.tenantId,
    permalink: definition.permalink,
    revision: revisionOf(definition),
    definition,
    url,
    headers,
    query,
    reservedQueryKeys: reservedQueryKeys(definition, url),
    pathParameters,
    authentication,
    requestBody,
    responseBody,
    dependencies,
    secretPlaces: placesOfSecrets({
      authentication: authentication.uses,
      header: usesOf(headers),
      query: [url.uses, ...usesOf(query)],
      body: usesOfBody(requestBody),
    }),
    publicAnswer: isPublic(definition, dependencies),
    isOpen,
    rateLimits: compileRateLimits(definition, { isOpen, report }),
    redirectHosts: new Set(definition.redirect_hosts.map((host) => host.toLowerCase().replace(/\.$/, ''))),
  }
  return { connector, errors: [], warnings: report.warnings }
}

function compileDestination(
  definition: ConnectorDefinition,
  options: CompileOptions,
  report: DefinitionReport,
): CompiledUrl | undefined {
  const compilation = compileUrl(definition.url, { pathParameters: report.pathParameters })
  report.addTemplate('url', compilation)
  const url = compilation.url
  if (url !== undefined) reportDestination('url', url, { rules: options, report })
  return url
}

function pathFormatsOf({ path_parameters: rows }: ConnectorDefinition) {
  return new Map(rows.map((row) => [row.key, row.format]))
}

function compilePathParameters(
  rows: readonly PathParameter[],
  report: DefinitionReport,
): ReadonlyMap<string, PathParameter> {
  for (const [index, row] of rows.entries()) {
    const rule = row.value === undefined ? undefined : invalidPathValue(row.value, row.format)
    if (rule === undefined) continue
    report.error(`path_parameters[${index}].value`, 'INVALID_VALUE', `The default value ${rule}`)
  }
  return new Map(rows.map((row) => [row.key, row]))
}

/** Any template may use a path parameter; one that none uses would be asked of callers for nothing. */
function checkAllUsed(
  { path_parameters: rows }: ConnectorDefinition,
  uses: readonly Uses[],
  report: DefinitionReport,
): void {
  for (const [index, { key }] of rows.entries()) {
    if (uses.some(({ pathParams }) => pathParams.has(key))) continue
    const message = `No template uses \`${key}\`: write {{ pathParams.${key} }} where it belongs, or remove the row`
    report.error(`path_parameters[${index}].key`, 'UNUSED_PATH_PARAMETER', message)
  }
}

function compileBody(
  field: 'request_body' | 'response_body',
  definition: ConnectorDefinition,
  report: DefinitionReport,
): CompiledTemplate | undefined {
  const source = definition[field]
  if (source === '') return undefined
  const { value: contentType, path } =
    field === 'request_body'
      ? requestContentType(definition)
      : { value: definition.response_content_type, path: 'response_content_type' }
  const { refusal } = bodyFormatOf(contentType)
  if (refusal !== undefined) {
    report.error(path, 'INVALID_VALUE', refusal)
    return undefined
  }
  const compilation = compileTemplate(source, {
    place: field,
    contentType,
    pathParameters: report.pathParameters,
  })
  report.addTemplate(field, compilation)
  return compilation.template
}

/** The `Content-Type` row, which decides how a body template is escaped; none means JSON. */
function requestContentType({ headers }: ConnectorDefinition): {
  readonly value: string
  readonly path: string
} {
  const index = headers.findIndex((row) => row.key.toLowerCase() === 'content-type')
  return { value: headers[index]?.value ?? '', path: `headers[${index}].value` }
}

/** A caller that chooses which bytes come could have a secret come in parts, none of which is the whole. */
function checkRange(rows: readonly CompiledRow[], uses: readonly Uses[], report: DefinitionReport): void {
  if (!uses.some(({ secrets }) => secrets.size > 0)) return
  for (const { key, field, overridable } of rows) {
    if (!overridable || key.toLowerCase() !== 'range') continue
    const message =
      'Whoever chooses `Range` could get a credential that the API repeats in parts; set `overridable` to false'
    report.error(field.replace(/value$/, 'overridable'), 'REFUSED_HEADER', message)
  }
}

function usesOf(rows: readonly CompiledRow[]): readonly Uses[] {
  return rows.map((row) => row.template.uses)
}

function usesOfBody(template: CompiledTemplate | undefined): readonly Uses[] {
  return template === undefined ? [] : [template.uses]
}

function isPublic(definition: ConnectorDefinition, dependencies: Dependencies): boolean {
  return (
    definition.access === 'anonymous' &&
    !hasPayload(definition.method) &&
    dependencies.sessionValues.length === 0 &&
    definition.path_parameters.length === 0 &&
    !definition.headers.some((row) => row.overridable) &&
    !definition.query_parameters.some((row) => row.constraints?.roles)
  )
}
