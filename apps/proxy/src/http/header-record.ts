/** Response headers by lower-case name: a plain object, which Node and Hono send without another copy. */
export type HeaderRecord = Readonly<Record<string, string>>
