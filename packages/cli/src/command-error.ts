/** A failure that the user of the command line can mend: its message is all they need to see; empty where all is said. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
