import { createHash, hash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { fileBytes, maxFileBytes } from '../data/files.ts'
import { wholeNumber } from '../query.ts'
import { refuse } from '../refuse.ts'

/** Uploads are measured and forgotten; downloads are made up from their name (see `fileBytes`). */
export function fileRoutes(): Hono {
  const routes = new Hono()

  routes.on(['POST', 'PUT'], '/files/:name', async (c) => {
    const digest = createHash('sha256')
    let length = 0
    for await (const chunk of c.req.raw.body ?? []) {
      digest.update(chunk)
      length += chunk.byteLength
    }
    return c.json(
      {
        name: c.req.param('name'),
        content_type: c.req.header('content-type') ?? null,
        length,
        sha256: digest.digest('hex'),
      },
      201,
    )
  })

  routes.get('/files/:name{.+}', (c) => {
    const length = lengthOf(c)
    if (!length.ok) return wrongLength(c, length.message)
    return c.body(fileBytes(c.req.param('name'), length.value), 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment',
    })
  })

  routes.get('/checksums/:name{.+}', (c) => {
    const length = lengthOf(c)
    if (!length.ok) return wrongLength(c, length.message)
    const name = c.req.param('name')
    return c.json({ name, length: length.value, sha256: hash('sha256', fileBytes(name, length.value)) })
  })

  return routes
}

function lengthOf(c: Context) {
  return wholeNumber(c.req.query('bytes'), { minimum: 0, maximum: maxFileBytes, otherwise: 64 * 1024 })
}

function wrongLength(c: Context, message: string): Response {
  return refuse(c, {
    status: 400,
    code: 'invalid_parameter',
    message: 'A query parameter is wrong.',
    fields: { bytes: message },
  })
}
