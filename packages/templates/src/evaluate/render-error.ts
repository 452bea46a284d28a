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

  constructor(
    reason: RenderFailureReason,
    message: string,
    position: { readonly line: number; readonly column: number; readonly mayFitWorker?: boolean },
  ) {
    super(message)
    this.mayFitWorker = position.mayFitWorker ?? false
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
