/**
 * Goes on with a value as soon as it is there: at once where it is no promise, so that what waits for nothing costs no
 * turn of the queue. What `next` throws is thrown, or rejects.
 */
export function when<Value, Next>(
  value: Value | Promise<Value>,
  next: (value: Value) => Next | Promise<Next>,
): Next | Promise<Next> {
  return value instanceof Promise ? value.then(next) : next(value)
}
