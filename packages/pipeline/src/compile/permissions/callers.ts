import { words } from '@sluice/connector-schema/permissions'
import type { CompiledConnector } from '../compile-connector.ts'
import type { Grant } from './grant.ts'

/** Who may call. */
export function* grantsToCallers({ definition, dependencies }: CompiledConnector): Generator<Grant> {
  const { access, roles } = definition
  const code = 'CALLERS'
  if (roles.length > 0) {
    for (const role of new Set(roles)) {
      const amount = { kind: 'prefix', path: ['signed-in', role] } as const
      yield { code, subject: words`users with the role ${role}`, path: 'roles', amount }
    }
  } else if (access === 'anonymous' && !dependencies.user) {
    yield {
      code,
      subject: words`anyone, without a session`,
      path: 'access',
      amount: { kind: 'prefix', path: [] },
    }
  } else {
    const amount = { kind: 'prefix', path: ['signed-in'] } as const
    yield { code, subject: words`every signed-in user`, path: 'access', amount }
  }
}
