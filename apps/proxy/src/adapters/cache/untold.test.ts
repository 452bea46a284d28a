import { expect, test } from 'vitest'
import { createUntold } from './untold.ts'

const name = (tenant: string, number: number) => `u${tenant.repeat(22)}.${number}`
const many = (tenant: string) => Array.from({ length: 5000 }, (_, number) => name(tenant, number))

test('what Redis does not know yet is bounded for each tenant apart, and never tells too little', () => {
  const untold = createUntold()
  untold.add([name('A', 7)])
  untold.add(many('B'))
  const names = untold.names()
  expect(names.length).toBeLessThan(1100)
  expect(untold.has(name('A', 7))).toBe(true)
  expect(names).toContain(`t${'B'.repeat(22)}`)
  untold.told(names)
  expect(untold.names()).toEqual([])
  expect(untold.has(`t${'B'.repeat(22)}`)).toBe(false)
})

test('what is added while others are told stays untold', () => {
  const untold = createUntold()
  untold.add([name('A', 1)])
  const telling = untold.names()
  untold.add([name('A', 2)])
  untold.told(telling)
  expect(untold.names()).toEqual([name('A', 2)])
})
