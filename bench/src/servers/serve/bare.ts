/** `bare`: the least that a server on Node can do. Every ratio is to this one. */
import { createServer } from 'node:http'
import { small } from '../bodies.ts'
import { listen } from './listen.ts'

const headers = { 'content-type': 'application/json', 'content-length': small.byteLength }

listen(
  createServer((_incoming, outgoing) => {
    outgoing.writeHead(200, headers)
    outgoing.end(small)
  }),
)
