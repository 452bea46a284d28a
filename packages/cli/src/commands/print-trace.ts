import type { Trace } from '@sluice/pipeline'
import type { Output } from '../output.ts'

/** More of a body would hide the rest. */
const shownBodyLength = 2000

/** Prints a trace for people. */
export function printTrace(trace: Trace, output: Output): void {
  for (const line of linesOf(trace)) output.result(printable(line))
}

function linesOf(trace: Trace): readonly string[] {
  const { request, answer, problem, upstream, cache } = trace
  return [
    `${request.method} ${request.url}`,
    ...request.headers.map(({ key, value }) => `  ${key}: ${value}`),
    ...(request.request_body === null ? [] : ['', ...indented(request.request_body)]),
    '',
    `authentication  ${JSON.stringify(request.authentication)}`,
    ...(trace.credentials ?? []).flatMap(credentialLines),
    '',
    'where values come from',
    ...trace.origins.map(
      ({ field, key, from }) => `  ${field}${key === undefined ? '' : ` (${key})`}: ${from.join(', ')}`,
    ),
    '',
    'stages',
    ...trace.stages.map(({ stage, ms }) => `  ${stage.padEnd(22)} ${ms.toFixed(1)} ms`),
    '',
    `cache  ${cache.status ?? '-'}`,
    `       ${cache.reason}`,
    '',
    ...(upstream === null ? ['the API was not reached'] : [`the API answered ${upstream.status}`]),
    ...(answer === null ? [] : ['', `answer ${answer.status}`, ...headersAndBody(answer)]),
    ...(problem === null
      ? []
      : ['', `problem ${problem.status} ${problem.code} in ${problem.stage}`, `  ${problem.detail}`]),
  ]
}

function credentialLines(step: NonNullable<Trace['credentials']>[number]): readonly string[] {
  if ('signed' in step) {
    return [`signed ${step.signed}  ${JSON.stringify(step.header)}`, `  ${JSON.stringify(step.claims)}`]
  }
  const { status, content_type, error, error_description } = step.exchanged
  const parts = [status, content_type, error, error_description].filter((part) => part !== null)
  return [`token endpoint  ${parts.join(', ')}`]
}

function headersAndBody({ headers, body }: NonNullable<Trace['answer']>): readonly string[] {
  return [
    ...headers.map(([name, value]) => `  ${name}: ${value}`),
    ...(body === null ? [] : ['', ...indented(body.slice(0, shownBodyLength))]),
    ...(body !== null && body.length > shownBodyLength ? ['  … (--json shows the whole)'] : []),
  ]
}

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `  ${line}`)
}

/** What an API sends may hold control sequences, which are no business of a terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, (character) => (character === '\t' ? character : '\ufffd'))
}
