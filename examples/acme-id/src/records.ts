import type { Adapter, AdapterPayload } from 'oidc-provider'

/** What the server keeps of its tokens, in memory and as long as it runs. */
export function createRecords(): (kind: string) => Adapter {
  const records = new Map<string, AdapterPayload>()
  return (kind) => {
    const keyOf = (id: string) => `${kind} ${id}`
    const findWhere = (matches: (payload: AdapterPayload) => boolean) =>
      [...records].find(([key, payload]) => key.startsWith(`${kind} `) && matches(payload))?.[1]
    return {
      upsert: async (id, payload) => void records.set(keyOf(id), payload),
      find: async (id) => records.get(keyOf(id)),
      findByUid: async (uid) => findWhere((payload) => payload.uid === uid),
      findByUserCode: async (code) => findWhere((payload) => payload.userCode === code),
      destroy: async (id) => void records.delete(keyOf(id)),
      consume: async (id) => {
        const found = records.get(keyOf(id))
        if (found !== undefined) records.set(keyOf(id), { ...found, consumed: Math.floor(Date.now() / 1000) })
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of records) if (payload.grantId === grantId) records.delete(key)
      },
    }
  }
}
