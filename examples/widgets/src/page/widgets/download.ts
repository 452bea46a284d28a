import { checksum, type FileReport, sameBytes } from '../checksum.ts'
import type { Client } from '../client.ts'
import { element, facts, labelled } from '../dom.ts'
import { createWidget, type Widget } from '../widget.ts'

/** A path parameter with slashes in it, and an answer that is no text. */
export function mountDownload({ callConnector }: Client): Widget {
  const widget = createWidget({
    name: 'download',
    title: 'Fetch a file',
    hint: 'The bytes come through one connector, their checksum through another.',
    permalinks: ['acme-download', 'acme-checksum'],
  })
  const size = element('input', {
    type: 'number',
    name: 'bytes',
    min: '0',
    max: '10485760',
    value: '1048576',
  })
  const form = element('form', {}, labelled('Bytes', size), element('button', {}, 'Fetch'))

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void widget.run(async (signal) => {
      const options = { path: { file: 'reports/2026/q3.bin' }, query: { bytes: size.valueAsNumber }, signal }
      const [bytes, report] = await Promise.all([
        callConnector('acme-download', { ...options, as: 'arrayBuffer' }),
        callConnector('acme-checksum', options),
      ])
      const { sha256 } = report as FileReport
      const own = await checksum(bytes)
      return [
        facts([
          ['received', 'Received', `${bytes.byteLength} bytes`],
          ['checksum', 'Checksum here', own],
          ['checksum-api', 'Checksum at Acme', sha256],
        ]),
        sameBytes(own, sha256),
      ]
    })
  })
  widget.controls.append(form)
  return widget
}
