import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createInFlight } from './in-flight.ts'

test('holds exactly what was added and not taken out, in whatever order that happens', () => {
  const steps = fc.array(fc.nat(9), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (choices) => {
      const inFlight = createInFlight<number>()
      const leave: { readonly item: number; readonly take: () => void }[] = []
      for (const [item, choice] of choices.entries()) {
        const gone = choice < 5 ? leave.splice(choice % Math.max(1, leave.length), 1)[0] : undefined
        if (gone === undefined) leave.push({ item, take: inFlight.add(item) })
        else gone.take()
        expect(inFlight.all().toSorted()).toEqual(leave.map((one) => one.item).toSorted())
      }
    }),
  )
})
