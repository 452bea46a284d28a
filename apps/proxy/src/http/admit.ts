import type { IncomingMessage } from 'node:http'
import { ProblemError, type Session } from '@sluice/connector-schema'
import type { CompiledConnector } from '@sluice/pipeline'
import type { ConnectorStore } from '../adapters/store/memory-connectors.ts'
import type { TenantRegistry } from '../tenant.ts'
import { type Caller, sessionRequired } from './session.ts'

/**
 * The connector of a permalink, as far as this caller may know of it.
 *
 * @throws ProblemError `CONNECTOR_NOT_FOUND`; `AUTHENTICATION_REQUIRED` to anonymous callers, who learn nothing
 *   about what is not theirs to call.
 */
export function findConnector(store: ConnectorStore, caller: Caller, permalink: string): CompiledConnector {
  const connector = store.get(caller.tenant.id, permalink)
  if (caller.session.user === undefined && (connector === undefined || !connector.isOpen)) {
    throw sessionRequired()
  }
  if (connector === undefined) {
    throw new ProblemError('CONNECTOR_NOT_FOUND', {
      detail: 'This tenant has no connector with this permalink.',
    })
  }
  return connector
}

/** Whether this session may call a connector: `access`, what its templates need, and `roles`. */
export function mayCall({ user }: Session, connector: CompiledConnector): boolean {
  if (user === undefined) return connector.isOpen
  const { roles } = connector.definition
  return roles.length === 0 || roles.some((role) => user.roles.includes(role))
}

/** @throws ProblemError `METHOD_NOT_ALLOWED`, with `Allow` (RFC 9110 §15.5.6). */
export function checkMethod(incoming: IncomingMessage, connector: CompiledConnector): void {
  const { method } = connector.definition
  if (incoming.method === method) return
  throw new ProblemError('METHOD_NOT_ALLOWED', {
    detail: `This connector is called with ${method}.`,
    headers: { allow: method },
  })
}

/** @throws ProblemError `FORBIDDEN` where the session's user has none of the connector's roles. */
export function checkRoles(caller: Caller, connector: CompiledConnector): void {
  if (mayCall(caller.session, connector)) return
  throw new ProblemError('FORBIDDEN', {
    detail: 'The session has none of the roles that may call this connector.',
  })
}

/** @throws ProblemError `FORBIDDEN` where the Host is another tenant's than the session. */
export function checkHost(incoming: IncomingMessage, caller: Caller, tenants: TenantRegistry): void {
  const owner = tenants.atHost(incoming.headers.host)
  if (owner === undefined || owner.id === caller.tenant.id) return
  throw new ProblemError('FORBIDDEN', { detail: 'This host belongs to another tenant than the session.' })
}
