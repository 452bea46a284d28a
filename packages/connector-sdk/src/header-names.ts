import type { wireHeaders } from '@sluice/connector-schema/wire'

// Only these of the table's names are loaded by a page; the types hold them to the table.
type Names = typeof wireHeaders

export const errorHeader: Names['error'] = 'x-connector-error'
export const csrfHeader: Names['csrfToken'] = 'x-csrf-token'
export const requestIdHeader: Names['requestId'] = 'x-request-id'
export const pathParamsHeader: Names['pathParams'] = 'x-path-params'
export const headerParamsHeader: Names['headerParams'] = 'x-header-params'
