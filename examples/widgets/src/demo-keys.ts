import { createPublicKey } from 'node:crypto'
import type { AcmeClient } from '@sluice/example-acme-id'
import { exportJWK, type JWK } from 'jose'
import { type DemoConfig, secretValue } from './demo-config.ts'

/** The name of the sample API in tokens. */
export const apiAudience = 'https://api.acme.example'

/** Who may ask Acme for tokens: both sides of the demo know the same credentials. */
export async function idClients(config: DemoConfig): Promise<readonly AcmeClient[]> {
  return [
    { id: 'acme-widgets', secret: secretValue(config, 'acme_client_secret'), sends: 'post' },
    { id: 'acme-widgets-signing', publicKey: await publicKeyOf(config, 'acme_assertion_demo_key', 'ES256') },
  ]
}

/** The public half of a key that the proxy signs with. */
export async function publicKeyOf(config: DemoConfig, secret: string, alg: string): Promise<JWK> {
  return { ...(await exportJWK(createPublicKey(secretValue(config, secret)))), alg, use: 'sig' }
}
