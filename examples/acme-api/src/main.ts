import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startAcmeApi } from './start.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8790' }, host: { type: 'string', default: '127.0.0.1' } },
})

// The proxy of the demo reads its secrets from this file, so both sides know the same credentials.
const configFile = new URL('../../registry/sluice.dev.json', import.meta.url)
const { secrets } = JSON.parse(await readFile(configFile, 'utf8')) as {
  readonly secrets: {
    readonly acme_key: string
    readonly acme_username: string
    readonly acme_password: { readonly value: string }
  }
}

const api = await startAcmeApi({
  port: Number(values.port),
  host: values.host,
  apiKey: secrets.acme_key,
  basic: { username: secrets.acme_username, password: secrets.acme_password.value },
})
console.log(`ready ${api.url}`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void api.close())
