import type { ManifestConstraints, WirePairs } from '@sluice/connector-schema'
import type { Admitted } from './admit.ts'
import type { ManifestConnector, MockedCall } from './types.ts'

/** What a mock receives of an admitted call. */
export function mockedCallOf(request: Request, admitted: Admitted): MockedCall<ManifestConnector> {
  const { constraints, headers } = admitted.known.connector
  const spelled = (name: string) => headers.find((key) => key.toLowerCase() === name.toLowerCase()) ?? name
  return {
    query: readValues(admitted.query, constraints.query) as MockedCall<ManifestConnector>['query'],
    headers: readValues(
      admitted.headers.map(([name, value]) => [spelled(name), value]),
      constraints.headers,
    ) as MockedCall<ManifestConnector>['headers'],
    path: Object.fromEntries(admitted.pathParams),
    payload: readPayload(request.headers.get('content-type') ?? '', admitted.bytes),
    request,
  }
}

function readValues(
  pairs: WirePairs,
  constraints: Readonly<Record<string, ManifestConstraints>> = {},
): Record<string, unknown> {
  const values = new Map<string, unknown>()
  for (const [key, text] of pairs) {
    const rules = Object.hasOwn(constraints, key) ? constraints[key] : undefined
    const value = readValue(text, rules)
    const former = values.get(key)
    if (rules?.multiple) values.set(key, Array.isArray(former) ? [...former, value] : [value])
    else if (!values.has(key)) values.set(key, value)
  }
  return Object.fromEntries(values)
}

/** The value that the caller wrote out; the rules hold already. */
function readValue(text: string, rules: ManifestConstraints | undefined): string | number | boolean {
  const choice = rules?.enum?.find((option) => String(option) === text)
  if (choice !== undefined) return choice
  if (rules?.type === 'integer' || rules?.type === 'number') return Number(text)
  return rules?.type === 'boolean' ? text === 'true' : text
}

function readPayload(contentType: string, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  if (/^application\/(?:[^;]+\+)?json\b/i.test(contentType)) return parseJson(bytes)
  const isText = /^(?:text\/|application\/x-www-form-urlencoded\b)/i.test(contentType)
  return isText ? new TextDecoder().decode(bytes) : bytes
}

/** The proxy passes malformed JSON through, and so the API sees it as text. */
function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
