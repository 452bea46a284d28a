import { checksum, type FileReport, sameBytes } from '../checksum.ts'
import type { Client } from '../client.ts'
import { element, facts, labelled } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

const sampleBytes = 5_000_000

/** Bytes pass through the proxy as they are: what arrived has the checksum of what was sent. */
export function mountUpload({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'upload',
    title: 'Send a file',
    hint: 'Acme answers with the checksum of what it received; the browser compares it with its own.',
    permalinks: ['acme-upload'],
  })
  const send = (payload: Blob) =>
    widget.run(async (signal) => {
      const report = await callConnector('acme-upload', {
        path: { name: 'from-widget.bin' },
        payload,
        signal,
      })
      const own = await checksum(await payload.arrayBuffer())
      return reportNodes(report as FileReport, own, payload.size)
    })

  const file = element('input', { type: 'file', name: 'file' })
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? []
    if (chosen !== undefined) void send(chosen)
  })
  const sample = element('button', { type: 'button' }, 'Send a 5 MB sample')
  sample.addEventListener('click', () => void send(sampleFile()))
  widget.controls.append(labelled('File', file), sample)
  return widget
}

/** Random bytes, drawn in the pieces of 64 KiB that browsers allow. */
function sampleFile(): Blob {
  const bytes = new Uint8Array(sampleBytes)
  for (let start = 0; start < bytes.length; start += 65_536) {
    crypto.getRandomValues(bytes.subarray(start, start + 65_536))
  }
  return new Blob([bytes], { type: 'application/octet-stream' })
}

function reportNodes(report: FileReport, own: string, sentBytes: number): Node[] {
  return [
    facts([
      ['sent', 'Sent', `${sentBytes} bytes`],
      ['received', 'Received by Acme', `${report.length} bytes`],
      ['checksum', 'Checksum here', own],
      ['checksum-api', 'Checksum at Acme', report.sha256],
    ]),
    sameBytes(own, report.sha256),
  ]
}
