/** RFC 7520 §4.1, §4.3 and §4.4, and RFC 7515 A.1: keys and results as they are printed there. */
import { createPublicKey } from 'node:crypto'
import { compactVerify } from 'jose'
import { expect, test } from 'vitest'
import { signCompact } from './sign-jwt.ts'
import { createSigningKeys, importSigningKey } from './signing-key.ts'

const payload = Buffer.from(
  "It’s a dangerous business, Frodo, going out your door. You step onto the road, and if you don't keep your feet, there’s no knowing where you might be swept off to.",
)
const encodedPayload = payload.toString('base64url')

const rsa = {
  kty: 'RSA',
  kid: 'bilbo.baggins@hobbiton.example',
  use: 'sig',
  n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
  e: 'AQAB',
  d: 'bWUC9B-EFRIo8kpGfh0ZuyGPvMNKvYWNtB_ikiH9k20eT-O1q_I78eiZkpXxXQ0UTEs2LsNRS-8uJbvQ-A1irkwMSMkK1J3XTGgdrhCku9gRldY7sNA_AKZGh-Q661_42rINLRCe8W-nZ34ui_qOfkLnK9QWDDqpaIsA-bMwWWSDFu2MUBYwkHTMEzLYGqOe04noqeq1hExBTHBOBdkMXiuFhUq1BU6l-DqEiWxqg82sXt2h-LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5Plyl21hsFf4L_mHCuoFau7gdsPfHPxxjVOcOpBrQzwQ',
  p: '3Slxg_DwTXJcb6095RoXygQCAZ5RnAvZlno1yhHtnUex_fp7AZ_9nRaO7HX_-SFfGQeutao2TDjDAWU4Vupk8rw9JR0AzZ0N2fvuIAmr_WCsmGpeNqQnev1T7IyEsnh8UMt-n5CafhkikzhEsrmndH6LxOrvRJlsPp6Zv8bUq0k',
  q: 'uKE2dh-cTf6ERF4k4e_jy78GfPYUIaUyoSSJuBzp3Cubk3OCqs6grT8bR_cu0Dm1MZwWmtdqDyI95HrUeq3MP15vMMON8lHTeZu2lmKvwqW7anV5UzhM1iZ7z4yMkuUwFWoBvyY898EXvRD-hdqRxHlSqAZ192zB3pVFJ0s7pFc',
  dp: 'B8PVvXkvJrj2L-GYQ7v3y9r6Kw5g9SahXBwsWUzp19TVlgI-YV85q1NIb1rxQtD-IsXXR3-TanevuRPRt5OBOdiMGQp8pbt26gljYfKU_E9xn-RULHz0-ed9E9gXLKD4VGngpz-PfQ_q29pk5xWHoJp009Qf1HvChixRX59ehik',
  dq: 'CLDmDGduhylc9o7r84rEUVn7pzQ6PF83Y-iBZx5NT-TpnOZKF1pErAMVeKzFEl41DlHHqqBLSM0W1sOFbwTxYWZDm6sI6og5iTbwQGIC3gnJKbi_7k_vJgGHwHxgPaX2PnvP-zyEkDERuf-ry4c_Z11Cq9AqC2yeL6kdKT1cYF8',
  qi: '3PiqvXQN0zwMeE-sBvZgi289XP9XCQF3VWqPzMKnIgQp7_Tugo6-NZBKCQsMf3HaEGBjTVJs_jcK8-TRXvaKe-7ZMaQj8VfBdYkssbu0NKDDhjJ-GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h6ZEpMF6xmujs4qMpPz8aaI4',
}

test('RFC 7520 §4.1: RS256 gives exactly the signature that is printed', async () => {
  const key = importSigningKey(JSON.stringify(rsa), 'RS256')
  const header = { alg: 'RS256', kid: rsa.kid }
  expect(await signCompact(payload, header, key)).toBe(
    [
      'eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9',
      encodedPayload,
      'MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg',
    ].join('.'),
  )
})

test('RFC 7520 §4.3: the ES512 signature that is printed verifies with the key, and so does ours', async () => {
  const jwk = {
    kty: 'EC',
    kid: 'bilbo.baggins@hobbiton.example',
    use: 'sig',
    crv: 'P-521',
    x: 'AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt',
    y: 'AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1',
    d: 'AAhRON2r9cqXX1hg-RoI6R1tX5p2rUAYdmpHZoC1XNM56KtscrX6zbKipQrCW9CGZH3T4ubpnoTKLDYJ_fF3_rJt',
  }
  const key = importSigningKey(JSON.stringify(jwk), 'ES512')
  const printed = [
    'eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9',
    encodedPayload,
    'AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2',
  ].join('.')
  const ours = await signCompact(payload, { alg: 'ES512', kid: jwk.kid }, key)
  for (const token of [printed, ours]) {
    const verified = await compactVerify(token, createPublicKey(key))
    expect(Buffer.from(verified.payload)).toEqual(payload)
  }
})

test('RFC 7520 §4.4: HS256 gives exactly the signature that is printed', async () => {
  const jwk = {
    kty: 'oct',
    kid: '018c0ae5-4d9b-471b-bfd6-eef314bc7037',
    use: 'sig',
    alg: 'HS256',
    k: 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg',
  }
  const key = importSigningKey(JSON.stringify(jwk), 'HS256')
  const token = await signCompact(payload, { alg: 'HS256', kid: jwk.kid }, key)
  expect(token.split('.')[2]).toBe('s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0')
})

test('RFC 7515 A.1: the HS256 token that is printed verifies with the key that is printed', async () => {
  const jwk = {
    kty: 'oct',
    k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  }
  const printed =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const { payload: claims } = await compactVerify(printed, importSigningKey(JSON.stringify(jwk), 'HS256'))
  expect(JSON.parse(Buffer.from(claims).toString())).toMatchObject({ iss: 'joe', exp: 1_300_819_380 })
})

test('a key is read once for a tenant, and another algorithm does not find it', () => {
  const text = JSON.stringify(rsa)
  const keys = createSigningKeys()
  expect(keys.get('acme', text, 'RS256')).toBe(keys.get('acme', text, 'RS256'))
  expect(keys.get('other', text, 'RS256')).not.toBe(keys.get('acme', text, 'RS256'))
  expect(() => keys.get('acme', text, 'ES256')).toThrow()
})

test('a key is forgotten with the secrets of its tenant, and after its time', async () => {
  const keys = createSigningKeys(20)
  const first = keys.get('acme', 'a secret of HS256', 'HS256')
  keys.forget('other')
  expect(keys.get('acme', 'a secret of HS256', 'HS256')).toBe(first)
  keys.forget('acme')
  expect(keys.get('acme', 'a secret of HS256', 'HS256')).not.toBe(first)
  const kept = keys.get('other', 'a secret of HS256', 'HS256')
  await expect
    .poll(() => keys.get('other', 'a secret of HS256', 'HS256') === kept, { timeout: 10_000, interval: 50 })
    .toBe(false)
})

test('a call that was under way when a secret changed leaves no key of it behind', () => {
  let nowMs = 0
  const keys = createSigningKeys(60_000, () => nowMs)
  keys.forget('acme')
  nowMs = 59_999
  const old = keys.get('acme', 'a secret that has changed', 'HS256')
  expect(keys.get('acme', 'a secret that has changed', 'HS256')).not.toBe(old)
  expect(keys.get('other', 'another secret', 'HS256')).toBe(keys.get('other', 'another secret', 'HS256'))
  nowMs = 60_000
  expect(keys.get('acme', 'the new secret', 'HS256')).toBe(keys.get('acme', 'the new secret', 'HS256'))
})
