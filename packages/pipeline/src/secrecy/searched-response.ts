/** The search of what is there as a whole: a response's headers, and a body in one piece. */
import { ProblemError } from '@sluice/connector-schema'
import type { HeaderList } from '../messages/header-list.ts'
import { joined } from '../messages/payload.ts'
import type { Call } from '../steps/exchange.ts'
import { holdsInjected, type InjectedSearch } from './injected-search.ts'
import { ResponseWindow, type WindowOptions } from './response-window.ts'
import type { SecretFindings } from './secret-findings.ts'

/** How the responses to one call are searched: what is found is told, and then withheld or replaced. */
export function windowOptions(
  call: Call,
  search: InjectedSearch,
  findings: SecretFindings,
): Omit<WindowOptions, 'isEvents'> {
  const redacts = call.connector.definition.on_secret_in_response === 'redact'
  const onFound = () => {
    findings.found(call)
    // guard: withheld (packages/pipeline/src/secrecy/response-scan.test.ts)
    if (!redacts) throw secretInResponse()
  }
  return { search, redacts, onFound }
}

/**
 * Some bytes without what is searched for.
 *
 * @throws ProblemError `SECRET_IN_RESPONSE`
 */
export function searchedBytes(bytes: Uint8Array, options: WindowOptions): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return joined(new ResponseWindow(options).whole(text))
}

/**
 * Headers without what is searched for; one whose name holds it is left out.
 *
 * @throws ProblemError `SECRET_IN_RESPONSE`
 */
export function searchedHeaders(headers: HeaderList, options: WindowOptions): HeaderList {
  // One search over them all: what one of them holds is in the whole.
  const whole = Buffer.from(headers.map(([name, value]) => `${name}\0${value}`).join('\0'), 'latin1')
  if (!holdsInjected(whole, options.search)) return headers
  options.onFound()
  return headers
    .filter(([name]) => !holdsInjected(Buffer.from(name, 'latin1'), options.search))
    .map(([name, value]) => [name, searchedText(value, options)] as const)
}

/** A header's value. Latin-1 gives the very bytes back that the API sent. */
export function searchedText(value: string, options: WindowOptions): string {
  return Buffer.from(searchedBytes(Buffer.from(value, 'latin1'), options)).toString('latin1')
}

function secretInResponse(): ProblemError {
  const detail = 'The response of the API repeats a credential that it was sent; it is withheld'
  return new ProblemError('SECRET_IN_RESPONSE', { detail })
}
