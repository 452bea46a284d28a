/** What takes longer than it may. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/**
 * What a promise gives, if it gives it in time. The work itself goes on: nobody waits for it any more.
 *
 * @throws TooSlow
 */
export function within<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    // One more turn of the event loop: an answer that waits in the socket while this process was busy is in time.
    const timer = setTimeout(() => setImmediate(() => reject(new TooSlow())), timeoutMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
