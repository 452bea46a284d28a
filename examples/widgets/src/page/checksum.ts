import { element } from './dom.ts'

/** SHA-256 of some bytes in hexadecimal, computed by the browser. */
export async function checksum(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What Acme says of a file. */
export interface FileReport {
  readonly length: number
  readonly sha256: string
}

/** The good news that two checksums are one; the bad news is an error. */
export function sameBytes(here: string, there: string): HTMLElement {
  if (here !== there) throw new Error('the bytes differ between here and Acme')
  return element('p', { 'data-field': 'same' }, 'Byte for byte the same.')
}
