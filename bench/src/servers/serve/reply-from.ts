/** `reply-from`: a pass-through of the API that knows no session, no template and no secret. */
import replyFrom from '@fastify/reply-from'
import { fastify } from 'fastify'
import { endOnSignal } from './listen.ts'

const [api = ''] = process.argv.slice(2)
const app = fastify({ logger: false })
await app.register(replyFrom, { base: api })
app.get('/*', (request, reply) => reply.from(request.url))
console.log(`ready ${await app.listen({ port: 0, host: '127.0.0.1' })}`)
endOnSignal(() => app.server.closeAllConnections())
