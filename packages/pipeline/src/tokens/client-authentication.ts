import * as oauth from 'oauth4webapi'
import type { ClientProof } from './token-request.ts'

/** RFC 7523 §2.2 */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** How the library puts a client's proof into a token request; `assertion` where it is a signed one. */
export function clientAuthentication(proof: ClientProof, assertion: string | undefined): oauth.ClientAuth {
  switch (proof.method) {
    case 'none':
      return oauth.None()
    case 'client_secret_post':
      return oauth.ClientSecretPost(proof.secret)
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(proof.secret)
    case 'client_secret_basic_raw':
      return (...[, client, , headers]) => {
        const pair = Buffer.from(`${client.client_id}:${proof.secret}`, 'utf8').toString('base64')
        headers.set('authorization', `Basic ${pair}`)
      }
    // Ours and not the library's: it takes a Web Crypto key, and names another audience.
    case 'private_key_jwt':
      return (_server, client, body) => {
        body.set('client_id', client.client_id)
        body.set('client_assertion_type', assertionType)
        body.set('client_assertion', assertion ?? '')
      }
  }
}
