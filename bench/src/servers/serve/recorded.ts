/** `recorded`: Hono gives back a hit of the proxy that was recorded, head and body: the least that a hit can cost. */
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { small } from '../bodies.ts'
import { listen } from './listen.ts'

const head = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>
const body = new Uint8Array(small)
const app = new Hono().get('*', () => new Response(body, { status: 200, headers: head }))
const listener = getRequestListener(app.fetch)

listen(createServer((incoming, outgoing) => void listener(incoming, outgoing)))
