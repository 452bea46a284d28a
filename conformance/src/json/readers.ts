import { executePath } from '@sluice/connector-schema'
import { compileTemplate } from '@sluice/templates'
import { type ConformanceProxy, startProxy } from '../proxy/start-proxy.ts'
import { type EchoApi, startEchoApi } from './echo-api.ts'

/** What a reader made of a text: its value, or why not. */
export type Reading = { readonly value: unknown } | { readonly refusal: string }

/** Something in the product that reads JSON. */
export type Reader = (text: string) => Reading | Promise<Reading>

/** The JSON readers of the product, and the servers that they need. */
export interface Readers {
  readonly readers: Readonly<Record<ReaderName, Reader>>
  close(): Promise<void>
}

export const readerNames = ['a literal body template', "a caller's payload", "an API's response"] as const
type ReaderName = (typeof readerNames)[number]

/** Starts a proxy and an API, and gives every reader. */
export async function startReaders(): Promise<Readers> {
  const api = await startEchoApi()
  const url = `http://${api.host}/`
  const proxy = await startProxy(
    [
      { name: 'payload', url, method: 'POST', request_body: '{"read": {{ body }}}' },
      { name: 'response', url, response_body: '{"read": {{ response.json }}}', cache: { enabled: false } },
    ],
    api.host,
  )
  return {
    readers: {
      'a literal body template': readLiteral,
      "a caller's payload": (text) => readPayload(text, proxy, api),
      "an API's response": (text) => readResponse(text, proxy, api),
    },
    async close() {
      await proxy.close()
      await api.close()
    },
  }
}

function readLiteral(text: string): Reading {
  const { template, errors } = compileTemplate(text, {
    place: 'request_body',
    contentType: 'application/json',
  })
  return template === undefined ? { refusal: String(errors[0]?.code) } : { value: JSON.parse(text) }
}

async function readPayload(text: string, proxy: ConformanceProxy, api: EchoApi): Promise<Reading> {
  const response = await fetch(`${proxy.url}/${executePath('payload')}`, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json' },
  })
  return reading(response, () => api.payload?.toString())
}

async function readResponse(text: string, proxy: ConformanceProxy, api: EchoApi): Promise<Reading> {
  api.body = Buffer.from(text)
  const response = await fetch(`${proxy.url}/${executePath('response')}`)
  return reading(response, () => response.text())
}

async function reading(
  response: Response,
  written: () => string | undefined | Promise<string | undefined>,
): Promise<Reading> {
  const refusal = response.headers.get('x-connector-error')
  if (refusal !== null) return { refusal }
  const { read } = JSON.parse((await written()) ?? '') as { read: unknown }
  return { value: read }
}
