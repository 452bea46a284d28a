import type { CompiledClient } from '../compile/authentication/client.ts'
import { configPath } from '../compile/authentication/config-field.ts'
import type { RenderFields } from '../compile/authentication/render-fields.ts'
import { type MaskedText, plain } from '../secrecy/masked-text.ts'
import type { ClientProof } from '../tokens/token-request.ts'
import { assertionIdentity, assertionSigner, emptyJson } from './assertion.ts'
import { renderOptional } from './render-optional.ts'

/** A client, rendered for one exchange. */
export interface Client {
  readonly id: MaskedText
  readonly proof: ClientProof
  /** Who it is and how it shows that, on one side of the mask. */
  describe(side: 'real' | 'masked'): object
}

/** Renders who asks for a token, and how it shows that. */
export function renderClient(
  { id: idTemplate, method, secret: secretTemplate, signing }: CompiledClient,
  tokenUrl: string,
  fields: RenderFields,
): Client {
  const id = fields.text(configPath('client_id'), idTemplate)
  if (method === 'private_key_jwt' && signing !== undefined) {
    const keyId = renderOptional(fields, 'key_id', signing.keyId)
    // RFC 7523 §3: issuer and subject are the client, and the token endpoint may be named as the audience.
    const assertion = {
      issuer: id,
      subject: id,
      audience: plain(tokenUrl),
      claims: emptyJson,
      headers: keyId === undefined ? emptyJson : { real: { kid: keyId.real }, masked: { kid: keyId.masked } },
      algorithm: signing.algorithm,
      key: fields.text(configPath('private_key'), signing.privateKey),
    }
    return {
      id,
      proof: { method, sign: assertionSigner(assertion, fields.signingKey) },
      describe: (side) => ({ client_id: id[side], client_assertion: assertionIdentity(assertion, side) }),
    }
  }
  const secret = renderOptional(fields, 'client_secret', secretTemplate)
  const isPublic = secret === undefined || method === 'private_key_jwt'
  return {
    id,
    proof: isPublic ? { method: 'none' } : { method, secret: secret.real },
    describe: (side) => ({ client_id: id[side], client_secret: secret?.[side] }),
  }
}
