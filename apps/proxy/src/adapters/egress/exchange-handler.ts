/** One request and its answer, between undici's callbacks and the promise and stream that the pipeline sees. */
import { Readable } from 'node:stream'
import { ProblemError } from '@sluice/connector-schema'
import { type HeaderList, isEventStream, type UpstreamAnswer, type UpstreamRequest } from '@sluice/pipeline'
import { type Dispatcher, errors } from 'undici'
import { AnswerBody, tooLarge } from './answer-body.ts'
import { type ContentCoding, parseContentEncoding } from './decode.ts'
import { malformed, stoppedSending, toProblem } from './failures.ts'
import type { EgressLimits } from './limits.ts'
import { isOfStaleConnection } from './socket-corrections.ts'

interface Outcome {
  readonly resolve: (answer: UpstreamAnswer) => void
  readonly reject: (reason: unknown) => void
  /** Sends the request once more, on a fresh connection. */
  readonly resend: () => void
  /** The exchange is over. */
  readonly release: () => void
}

/**
 * Settles its outcome exactly once; what fails after that destroys the answer's body. Whichever side fails first,
 * the connection is closed and no timer stays behind.
 */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: UpstreamRequest
  readonly #limits: EgressLimits
  readonly #outcome: Outcome
  /** Until the headers, then between two pieces of the body. */
  #timer: NodeJS.Timeout | undefined
  #isPaused = false
  #wasResent = false
  #controller: Dispatcher.DispatchController | undefined
  #body: AnswerBody | undefined
  /** Whether the answer came in full. */
  #isComplete = false
  /** Whether the exchange is over: failed, or its answer was read or given up. */
  #isOver = false

  constructor(request: UpstreamRequest, limits: EgressLimits, outcome: Outcome) {
    this.#request = request
    this.#limits = limits
    this.#outcome = outcome
  }

  /** Starts the clock; false if there is nothing to dispatch because the exchange is over already. */
  start(): boolean {
    const { timeoutMs, signal, body } = this.#request
    // undici's own timers are too coarse for this one.
    this.#timer = setTimeout(() => this.fail(timedOut(timeoutMs)), timeoutMs)
    signal.addEventListener('abort', this.#onAbort, { once: true })
    if (signal.aborted) this.#onAbort()
    if (body instanceof Readable) this.#watch(body)
    return !this.#isOver
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#isOver) controller.abort(new Error('The exchange ended before it was sent.'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // RFC 9110 §15.2: informational answers come before the final one. 101 would need an Upgrade of ours.
    if (status >= 100 && status < 200 && status !== 101) return
    try {
      if (status < 200 || status > 599) throw malformed()
      this.#answer(status, readHeaders(controller.rawHeaders), controller)
    } catch (error) {
      this.fail(error)
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#timer?.refresh()
    this.#body?.receive(chunk)
  }

  onResponseEnd(): void {
    this.#isComplete = true
    clearTimeout(this.#timer)
    this.#body?.complete()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#mayResend(error)) {
      this.#wasResent = true
      this.#outcome.resend()
      return
    }
    this.fail(toProblem(error, this.#body === undefined ? 'before-headers' : 'in-body'))
  }

  /** The API closed a connection that it had kept, as it may at any time: that is no failure of this request. */
  #mayResend(error: Error): boolean {
    if (this.#isOver || this.#wasResent || this.#body !== undefined || !isOfStaleConnection(error))
      return false
    return this.#request.mayResend?.() === true
  }

  #answer(status: number, received: HeaderList, controller: Dispatcher.DispatchController): void {
    // RFC 9110 §6.4.1: these have no content, whatever their fields say of the content they stand for.
    const isEmpty = this.#request.method === 'HEAD' || status === 204 || status === 304
    const { coding, headers } = undoCoding(received, isEmpty)
    if (!isEmpty && announcedLength(headers) > this.#limits.maxBodyBytes)
      throw tooLarge(this.#limits.maxBodyBytes)
    this.#waitForBody(headers)
    const source = {
      pause: () => {
        this.#isPaused = true
        controller.pause()
      },
      resume: () => {
        if (this.#isPaused) this.#timer?.refresh()
        this.#isPaused = false
        controller.resume()
      },
      fail: (error: Error) => this.fail(error),
      release: () => this.#end(),
    }
    this.#body = new AnswerBody(source, coding, this.#limits)
    this.#outcome.resolve({ status, headers, body: this.#body })
  }

  #waitForBody(headers: HeaderList): void {
    const { idleTimeoutMs, eventStreamIdleTimeoutMs } = this.#limits
    clearTimeout(this.#timer)
    const onIdle = () => {
      // Nothing comes because nobody reads: that is not the API's doing.
      if (this.#isPaused) this.#timer?.refresh()
      else this.fail(stoppedSending())
    }
    this.#timer = setTimeout(onIdle, isEventStream(headers) ? eventStreamIdleTimeoutMs : idleTimeoutMs)
  }

  /** The payload is the caller's stream: it may fail before undici has begun to read it, or after it has stopped. */
  #watch(payload: Readable): void {
    const onEnd = () => {
      const error = payload.errored ?? (payload.readableEnded ? undefined : cutShort())
      if (error === undefined || this.#isComplete) return
      // undici destroys the payload with errors of its own, such as one for a wrong length.
      this.fail(error instanceof errors.UndiciError ? toProblem(error, 'before-headers') : error)
    }
    payload.on('error', onEnd).on('close', onEnd)
    if (payload.destroyed) onEnd()
  }

  readonly #onAbort = (): void => this.fail(this.#request.signal.reason)

  /** Ends the exchange with a failure: of the promise before the headers, of the body afterwards. */
  fail(reason: unknown): void {
    if (this.#isOver) return
    const error = reason instanceof Error ? reason : new Error('The exchange was aborted.', { cause: reason })
    this.#end(error)
    if (this.#body === undefined) this.#outcome.reject(reason)
    else this.#body.destroy(error)
  }

  #end(error?: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#request.signal.removeEventListener('abort', this.#onAbort)
    this.#outcome.release()
    if (this.#isComplete) return
    // Made only here: an error takes its stack, which most exchanges would pay for and nobody would read.
    this.#controller?.abort(error ?? new Error('The answer is not wanted any more.'))
  }
}

function readHeaders(raw: Dispatcher.DispatchController['rawHeaders']): HeaderList {
  if (!Array.isArray(raw)) throw malformed()
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    // RFC 9112 §5: white space around a value is no part of it. undici leaves what follows it.
    headers.push([toText(raw[index]).toLowerCase(), withoutTrailingSpace(toText(raw[index + 1]))])
  }
  return headers
}

function withoutTrailingSpace(value: string): string {
  let end = value.length
  while (value[end - 1] === ' ' || value[end - 1] === '\t') end--
  return value.slice(0, end)
}

function toText(part: Buffer | string | undefined): string {
  return part?.toString('latin1') ?? ''
}

function undoCoding(
  received: HeaderList,
  isEmpty: boolean,
): { coding: ContentCoding | undefined; headers: HeaderList } {
  const transferCoding = received.find(([name]) => name === 'transfer-encoding')?.[1]
  // undici undoes chunked and no other (RFC 9112 §7): the body would be taken for what it codes.
  if (transferCoding !== undefined && transferCoding.trim().toLowerCase() !== 'chunked') throw malformed()
  const fields = received.filter(([name]) => name === 'content-encoding').map(([, value]) => value)
  if (fields.length === 0) return { coding: undefined, headers: received }
  // The length is that of the coded body.
  const headers = received.filter(([name]) => name !== 'content-encoding' && name !== 'content-length')
  return { coding: isEmpty ? undefined : parseContentEncoding(fields), headers }
}

function announcedLength(headers: HeaderList): number {
  return Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)
}

function timedOut(timeoutMs: number): ProblemError {
  return new ProblemError('UPSTREAM_TIMEOUT', {
    detail: `The API did not begin to answer within ${timeoutMs} ms.`,
  })
}

function cutShort(): ProblemError {
  return new ProblemError('INVALID_REQUEST', { detail: 'The payload ended before it was complete.' })
}
