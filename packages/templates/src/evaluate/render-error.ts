/** Why a render failed. */
export type RenderFailureReason =
  /** A limit of time, memory or size was met. */
  | 'limit'
  /** A value cannot stand in this place, whatever its encoding. */
  | 'place'
  /** A variable does not leave a valid host. */
  | 'host'
  /** Something that had to be JSON is not. */
  | 'json'
  /** A filter cannot work with its input. */
  | 'filter'
  /** A secret, a variable or the session's user is missing. */
  | 'missing'
  /** The caller's payload is not what a template may read. */
  | 'payload'

/**
 * A template that could not be rendered. Its message is ours alone: never a value, never the engine's words,
 * which quote their input.
 */
export class TemplateRenderError extends Error {
  override readonly name = 'TemplateRenderError'
  readonly reason: RenderFailureReason
  /** 1-based, of the author's text: where the output or tag begins. */
  readonly line: number
  readonly column: number
  /** The limit was one of work or size, and a worker has a wider one: the same render may succeed there. */
  readonly mayFitWorker: boolean
  /** What is wrong in the caller's payload, as JSON Pointers. */
  readonly pointers: readonly string[]

  constructor(
    reason: RenderFailureReason,
    message: string,
    position: {
      readonly line: number
      readonly column: number
      readonly mayFitWorker?: boolean
      readonly pointers?: readonly string[]
    },
  ) {
    super(message)
    this.mayFitWorker = position.mayFitWorker ?? false
    this.pointers = position.pointers ?? []
    this.reason = reason
    this.line = position.line
    this.column = position.column
  }
}

/** Thrown where a value turns out unfit, deep inside a render that knows the position better than we do. */
export class RenderFailure extends Error {
  readonly reason: RenderFailureReason

  constructor(reason: RenderFailureReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Thrown for a payload in which objects have keys twice. */
export class DuplicateKeysFailure extends RenderFailure {
  /** JSON Pointers to the keys. */
  readonly pointers: readonly string[]

  constructor(pointers: readonly string[]) {
    super('payload', 'The payload has a key twice in one object: send each once.')
    this.pointers = pointers
  }
}
