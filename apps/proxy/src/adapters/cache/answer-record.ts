import type { HeaderList, StoredAnswer } from '@sluice/pipeline'
import { z } from 'zod'

/** A stored answer outside the process: four bytes of length, so much JSON, then the body. */
export interface AnswerRecord {
  readonly answer: StoredAnswer
  /** What the answer's marks said when its request began. */
  readonly marks: readonly string[]
  /** Milliseconds since the epoch from which on it is of no use. */
  readonly keptUntilMs: number
}

const headers = z
  .array(z.tuple([z.string(), z.string()]).readonly())
  .readonly() satisfies z.ZodType<HeaderList>
const seconds = z.number().min(0)

const headSchema = z.object({
  v: z.literal(1),
  status: z.int(),
  headers,
  said: headers,
  transformed: z.boolean(),
  freshness: z.object({
    receivedAtMs: z.number(),
    initialAgeSeconds: seconds,
    lifetimeSeconds: seconds,
    browserLifetimeSeconds: seconds,
    staleWhileRevalidateSeconds: seconds,
    staleIfErrorSeconds: seconds,
  }),
  marks: z.array(z.string()).readonly(),
  keptUntilMs: z.number(),
})

const lengthBytes = 4

export function writeRecord({ answer, marks, keptUntilMs }: AnswerRecord): Uint8Array {
  const { body, ...head } = answer
  const text = Buffer.from(
    JSON.stringify({ v: 1, ...head, marks, keptUntilMs } satisfies z.input<typeof headSchema>),
  )
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(text.byteLength)
  return Buffer.concat([length, text, body])
}

/** `undefined` for what another version wrote. */
export function readRecord(bytes: Uint8Array): AnswerRecord | undefined {
  if (bytes.byteLength < lengthBytes) return undefined
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = lengthBytes + buffer.readUInt32BE(0)
  const parsed = headSchema.safeParse(parseJson(buffer.subarray(lengthBytes, end).toString()))
  if (!parsed.success) return undefined
  const { v: _, marks, keptUntilMs, ...head } = parsed.data
  return { answer: { ...head, body: buffer.subarray(end) }, marks, keptUntilMs }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
