import type { Logger } from '@sluice/pipeline'
import type { Output } from '../output.ts'

type Fields = Readonly<Record<string, unknown>>

/** The proxy's log as people read it: one line an exchange, warnings as sentences. Never a value of a call. */
export function createDevLogger(output: Output): Logger {
  const exchanges = together(output)
  const other = (severity: string) => (fields: Fields, message: string) =>
    output.note(`${severity}: ${message}${details(fields)}`)
  const exchangeOr =
    (print: (fields: Fields, message: string) => void) => (fields: Fields, message: string) =>
      message === 'exchange' ? exchanges.print(exchangeLine(fields)) : print(fields, message)
  return {
    info: exchangeOr((_, message) => output.note(message)),
    warn: other('warning'),
    error: exchangeOr(other('error')),
  }
}

/**
 * `GET ideas 200 hit 12.3 ms`; a refusal adds its code, its stage and the id that the widget sees.
 *
 * @param fields - those of the proxy's line of an exchange, which hold no values
 */
export function exchangeLine(fields: Fields): string {
  const { method, connector, status, cache, total_ms: totalMs, code, stage, request_id: requestId } = fields
  let line = `${String(method ?? '?').padEnd(4)}  ${connector ?? '(no connector)'}  ${status}`
  if (typeof cache === 'string') line += `  ${cacheWord(cache)}`
  line += `  ${Number(totalMs).toFixed(1)} ms`
  if (typeof code === 'string') line += `  ${code} in ${stage}  request ${requestId}`
  if (fields.aborted === true) line += code === undefined ? '  the caller went away' : '  cut short'
  return line + details(fields)
}

/** Prints lines of one turn of the event loop at once: under load a write for each costs more than the line. */
function together(output: Output): { print(line: string): void } {
  let lines: string[] = []
  const flush = () => {
    output.note(lines.join('\n'))
    lines = []
  }
  return {
    print(line) {
      if (lines.push(line) === 1) setImmediate(flush)
    },
  }
}

/** RFC 9211 in one word or two: `sluice; hit; ttl=4` → `hit`, `sluice; fwd=uri-miss; stored` → `miss, stored`. */
function cacheWord(status: string): string {
  const [, word = ''] = /^sluice; (?:fwd=)?(?:(?:uri|vary)-)?([^;]+)/.exec(status) ?? []
  return (
    word +
    (status.includes('; stored') ? ', stored' : '') +
    (status.includes('; collapsed') ? ', collapsed' : '')
  )
}

/** Where an unforeseen error arose; the proxy has left out what it said. */
function details({ cause }: Fields): string {
  return cause === undefined ? '' : `\n  ${JSON.stringify(cause)}`
}
