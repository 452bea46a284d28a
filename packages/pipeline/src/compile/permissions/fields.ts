import type { ConnectorDefinition, ParameterRow, PathParameter } from '@sluice/connector-schema'
import type { PermissionCode } from '@sluice/connector-schema/permissions'

/** The codes that tell a change of a field; none for a field that lets nothing happen. */
type FieldCodes = readonly PermissionCode[]

/** A row for every field: a new field of the schema without one does not compile. */
type Rows<Holder> = { readonly [Field in keyof Holder]-?: FieldCodes }

/** Fields of a definition, and what tells that they changed (spec: "Each schema field has a row"). */
export const definitionFields: Rows<ConnectorDefinition> = {
  name: [],
  permalink: ['CONNECTOR'],
  description: [],
  url: ['VALUE', 'DESTINATION', 'PATH', 'SESSION_VALUE', 'UNQUOTED_VALUE', 'RAW_OUTPUT'],
  method: ['METHOD', 'PAYLOAD'],
  headers: [
    'VALUE',
    'HEADER_OVERRIDE',
    'HEADER_VALUES',
    'SEND_EMPTY',
    'REQUEST_VALUE',
    'SECRET',
    'SESSION_VALUE',
  ],
  query_parameters: [
    'VALUE',
    'QUERY_OVERRIDE',
    'QUERY_VALUES',
    'SEND_EMPTY',
    'REQUEST_VALUE',
    'SECRET',
    'SESSION_VALUE',
  ],
  path_parameters: ['PATH_OVERRIDE', 'PATH_VALUES', 'PATH_OPTIONAL', 'REQUEST_VALUE'],
  authentication: ['VALUE', 'AUTHENTICATION', 'IDENTITY', 'SCOPE', 'DESTINATION', 'SECRET', 'SESSION_VALUE'],
  request_body: ['VALUE', 'REQUEST_VALUE', 'SECRET', 'SESSION_VALUE', 'UNQUOTED_VALUE', 'RAW_OUTPUT'],
  response_body: ['RESPONSE_TEMPLATE', 'RESPONSE'],
  response_content_type: ['RESPONSE_TEMPLATE'],
  response_schema: [],
  access: ['CALLERS'],
  roles: ['CALLERS'],
  unlisted_parameters: ['UNLISTED_PARAMETERS'],
  cache: ['SHARED_RESPONSE', 'STORED_SECONDS', 'INVALIDATES'],
  timeout_ms: ['TIMEOUT'],
  retry: ['RETRY'],
  rate_limit: ['CALL_RATE'],
  redirect_hosts: ['REDIRECT_HOST'],
  follow_303: ['FOLLOW_303'],
  on_secret_in_response: ['REDACTED_RESPONSE'],
  template_language: ['LANGUAGE'],
}

/** Fields of a row of `headers` or `query_parameters`. */
export const rowFields: Rows<ParameterRow> = {
  key: ['HEADER_OVERRIDE', 'QUERY_OVERRIDE', 'REQUEST_VALUE'],
  value: ['REQUEST_VALUE', 'SECRET', 'SESSION_VALUE'],
  overridable: ['HEADER_OVERRIDE', 'QUERY_OVERRIDE'],
  send_empty: ['SEND_EMPTY'],
  constraints: ['HEADER_VALUES', 'QUERY_VALUES'],
}

/** Fields of a row of `path_parameters`. */
export const pathFields: Rows<PathParameter> = {
  key: ['PATH_OVERRIDE'],
  value: ['PATH_OPTIONAL', 'REQUEST_VALUE'],
  overridable: ['PATH_OVERRIDE'],
  format: ['PATH_VALUES'],
}

/** Fields of `cache`. */
export const cacheFields: Rows<ConnectorDefinition['cache']> = {
  enabled: ['SHARED_RESPONSE'],
  ttl_seconds: ['STORED_SECONDS'],
  stale_while_revalidate_seconds: ['STORED_SECONDS'],
  stale_if_error_seconds: ['STORED_SECONDS'],
  invalidates: ['INVALIDATES'],
}
