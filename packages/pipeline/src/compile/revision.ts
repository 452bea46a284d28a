import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { ConnectorDefinition } from '@sluice/connector-schema'

/** 96 bits: no author finds two definitions of one revision. */
const revisionBytes = 12

/** Digest of a definition: the same definition is the same revision, in a server and in a browser. */
export function revisionOf(definition: ConnectorDefinition): string {
  // Web Crypto only gives a promise, and a definition is compiled in one go.
  const digest = sha256(new TextEncoder().encode(JSON.stringify(definition)))
  return bytesToHex(digest.subarray(0, revisionBytes))
}
