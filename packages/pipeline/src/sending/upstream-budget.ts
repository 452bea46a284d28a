/** Requests that one exchange may send: attempts, resends, redirects and token exchanges together (spec: "Egress guard"). */
const maxUpstreamRequests = 8

/** Counts what one exchange sends upstream, so that no combination of repeats becomes a storm. */
export class UpstreamBudget {
  #left = maxUpstreamRequests

  /** How many more requests may be sent. */
  get left(): number {
    return this.#left
  }

  /** Counts one request; false where no more may be sent. */
  take(): boolean {
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }
}
