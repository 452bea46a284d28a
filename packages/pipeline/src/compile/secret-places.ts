import type { SecretPlace } from '@sluice/connector-schema/configuration'
import type { Uses } from '@sluice/templates'

/** What the templates of each place of a request use. */
export type UsesByPlace = Readonly<Record<SecretPlace, readonly Uses[]>>

/** In which places of its requests a connector uses each secret. */
export type SecretPlaces = ReadonlyMap<string, ReadonlySet<SecretPlace>>

/** The places of every secret that a template names, whether or not it reaches an output. */
export function placesOfSecrets(usesByPlace: UsesByPlace): SecretPlaces {
  const placesOf = new Map<string, Set<SecretPlace>>()
  const note = (place: SecretPlace, uses: readonly Uses[]) => {
    for (const name of uses.flatMap(({ secrets }) => [...secrets])) {
      const places = placesOf.get(name) ?? new Set()
      placesOf.set(name, places.add(place))
    }
  }
  note('authentication', usesByPlace.authentication)
  note('header', usesByPlace.header)
  note('query', usesByPlace.query)
  note('body', usesByPlace.body)
  return placesOf
}
