/**
 * Before the response template: a response that repeats what this exchange injected does not leave (G1). Headers and
 * body are searched as they stream. The stage ends once something may leave, so that until then a find, or a failure of
 * the API, is a problem with a code and no broken connection.
 */
import { isEventStream } from '../messages/event-stream.ts'
import { joined, orRelease, readAtHand } from '../messages/payload.ts'
import type { Ports } from '../ports/context.ts'
import { ResponseWindow, type WindowOptions } from '../secrecy/response-window.ts'
import { ScannedBody } from '../secrecy/scanned-body.ts'
import { searchedBytes, searchedHeaders, searchedText, windowOptions } from '../secrecy/searched-response.ts'
import type { Received, Validators } from '../steps/exchange.ts'
import { when } from '../steps/when.ts'

/** What is read before a response begins: where that is the whole, no stream is made of it. */
const atHandBytes = 256 * 1024
const atHandMs = 50

type StagePorts = Pick<Ports, 'searches' | 'findings'>

/** The stage. */
export function scanUpstreamResponse(received: Received, ports: StagePorts): Received | Promise<Received> {
  const { upstream, call, injected, location } = received
  if (injected.length === 0) return received
  return orRelease(upstream.body, () => {
    const search = ports.searches.for(call.connector.tenantId, injected)
    if (search === undefined) return { ...received, validators: validatorsOf(received, true) }
    const options = windowOptions(call, search, ports.findings)
    const headers = searchedHeaders(upstream.headers, options)
    const searched = {
      ...received,
      upstream: { ...upstream, headers },
      location: location === undefined ? undefined : searchedText(location, options),
    }
    return when(begun(searched, options), (beginning) => ({
      ...beginning,
      validators: validatorsOf(beginning, beginning.whole !== undefined),
    }))
  })
}

async function begun(received: Received, options: WindowOptions): Promise<Received> {
  const { upstream } = received
  const isEvents = isEventStream(upstream.headers)
  const { pieces, isWhole } = isEvents ? nothingYet : await readAtHand(upstream.body, atHandBytes, atHandMs)
  if (isWhole) return { ...received, whole: searchedBytes(joined(pieces), options) }
  const window = new ResponseWindow({ ...options, isEvents })
  const body = new ScannedBody({ begun: pieces, source: upstream.body, window })
  const beginning = await body.begin()
  if (beginning.isWhole) return { ...received, whole: beginning.bytes }
  return { ...received, upstream: { ...upstream, body } }
}

const nothingYet = { pieces: [], isWhole: false } as const

/** In a response to HEAD, and in a 304, the API tells of a body that did not come. */
function validatorsOf({ call, method, upstream }: Received, isSearched: boolean): Validators {
  // guard: redaction-keeps-no-validator (packages/pipeline/src/secrecy/response-scan.test.ts)
  if (call.connector.definition.on_secret_in_response === 'redact') return 'none'
  return isSearched && method !== 'HEAD' && upstream.status !== 304 ? 'pass' : 'hashed'
}
