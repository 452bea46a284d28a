import { once } from 'node:events'
import { connect } from 'node:net'

/** Everything that lies in a Redis, keys and values, as its own protocol prints it. */
export async function redisDump(
  port: number,
): Promise<{ readonly keys: readonly string[]; readonly text: string }> {
  const listing = await ask(port, 'KEYS *')
  const keys = listing.split('\r\n').filter((line) => line !== '' && !/^[*$]\d+$/.test(line))
  const values = await Promise.all(keys.map((key) => ask(port, `GET ${key}`)))
  return { keys, text: [listing, ...values].join('\n') }
}

/** One inline command; QUIT ends the connection after its answer. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.end(`${command}\r\nQUIT\r\n`)
  await once(socket, 'close')
  return Buffer.concat(chunks)
    .toString('latin1')
    .replace(/\+OK\r\n$/, '')
}
