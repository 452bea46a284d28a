/**
 * Stage 4: plans the credential at its place in the order. Whatever costs (a token, a signature) is left to
 * the send, so that a cache hit signs nothing and asks nobody.
 */
import type { CompiledTemplate, CompiledUrl } from '@sluice/templates'
import { renderCredential } from '../authentication/index.ts'
import type { SigningKeys } from '../authentication/signing-key.ts'
import type { ReadSigningKey } from '../compile/authentication/render-fields.ts'
import { renderField } from '../rendering/render-field.ts'
import { outputsOf, withoutScheme } from '../secrecy/injected-values.ts'
import { bearsSecret, type MaskedText, plain } from '../secrecy/masked-text.ts'
import type { Authenticated, WithSecrets } from '../steps/exchange.ts'

/** The stage. */
export function authenticate(withSecrets: WithSecrets, ports: { signingKeys: SigningKeys }): Authenticated {
  const { values, secrets } = withSecrets
  const { tenantId, authentication } = withSecrets.call.connector
  const injected = [...withSecrets.injected]
  const text = (field: string, template: CompiledTemplate): MaskedText => {
    if (template.constant !== undefined) return plain(template.constant)
    const { text: real, outputs } = outputsOf((onSecret) =>
      renderField(field, 'authenticate', () => template.render({ ...values, secrets }, onSecret)),
    )
    if (template.uses.secrets.size === 0) return plain(real)
    injected.push(...outputs)
    return { real, masked: renderField(field, 'authenticate', () => template.renderMasked(values)) }
  }
  const signingKey: ReadSigningKey = (key, algorithm) => ports.signingKeys.get(tenantId, key, algorithm)
  const url = (field: string, compiled: CompiledUrl): string =>
    renderField(field, 'authenticate', () => compiled.renderOrigin(values) + compiled.renderTarget(values))
  const credential = renderCredential(authentication, { tenantId, text, url, signingKey })
  const isValue = credential.kind === 'header' || credential.kind === 'query'
  if (isValue && bearsSecret(credential.value)) injected.push(withoutScheme(credential.value.real))
  return { ...withSecrets, credential, injected }
}
