/** What the log may know of an error: where it arose, never what it says, for messages quote their input. */
export interface ErrorNote {
  readonly name: string
  /** A system's or library's error code, e.g. `ECONNREFUSED`. */
  readonly code?: string
  readonly at?: readonly string[]
  readonly cause?: ErrorNote
}

const maxFrames = 8
const maxDepth = 4

/** Notes an error and its causes without their messages. */
export function noteError(error: unknown, depth = 0): ErrorNote {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = codeOf(error)
  const at = framesOf(error)
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(at.length > 0 && { at }),
    ...(error.cause !== undefined && depth < maxDepth && { cause: noteError(error.cause, depth + 1) }),
  }
}

function codeOf(error: Error): string | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(error.code) ? error.code : undefined
}

/** The stack without its message, which may look like frames itself. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const messageAt = stack.indexOf(message)
  const trace = messageAt === -1 ? '' : stack.slice(messageAt + message.length)
  return trace
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, maxFrames)
    .map((line) => line.trim())
}
