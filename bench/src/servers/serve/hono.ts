/** `hono`: the same answer through the framework that the proxy's server is built on. */
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { small } from '../bodies.ts'
import { listen } from './listen.ts'

const body = new Uint8Array(small)
const app = new Hono().get('*', (c) => c.body(body, 200, { 'content-type': 'application/json' }))
const listener = getRequestListener(app.fetch)

listen(createServer((incoming, outgoing) => void listener(incoming, outgoing)))
