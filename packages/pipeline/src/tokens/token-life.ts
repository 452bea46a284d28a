/** How long before its end a token is let go, so that none dies on its way. */
const marginSeconds = 60
/** RFC 6749 §5.1: a server need not say how long a token lives. */
const unknownLifeSeconds = 300
/** No token is kept for longer, whatever the server says. */
const longestSeconds = 31_536_000

/** How long a token of the client credentials grant is kept, in milliseconds. */
export function clientCredentialsLifeMs(expiresInSeconds: number | undefined): number {
  return keptMs(expiresInSeconds ?? unknownLifeSeconds)
}

/** How long a token of an assertion is kept: the smaller of the two lives decides. */
export function jwtBearerLifeMs(ttlSeconds: number): (expiresInSeconds: number | undefined) => number {
  return (expiresInSeconds = ttlSeconds) => keptMs(Math.min(ttlSeconds, expiresInSeconds))
}

function keptMs(lifeSeconds: number): number {
  const life = Math.min(lifeSeconds, longestSeconds)
  return (life > marginSeconds ? life - marginSeconds : life / 2) * 1000
}
