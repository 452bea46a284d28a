import { afterCharacter, type Structure } from './structure.ts'

/** Every structure that the ways to one position can have left; none where no way can give JSON. */
export type StructureSet = ReadonlySet<Structure>

/** What it takes to compute one structure, in steps over a character. */
const stepsOfOne = 10

/**
 * Each set once, and what characters make of it: a loop is read several times, and its text by looking steps up (a
 * third of the time of computing each).
 */
export class StructureSets {
  private readonly charge: (steps: number) => void
  private readonly known = new Map<string, StructureSet>()
  private readonly steps = new Map<StructureSet, Map<string, StructureSet>>()

  /** @param charge - told of what is computed, and not looked up */
  constructor(charge: (steps: number) => void) {
    this.charge = charge
  }

  /** The set of these; those that are `undefined` are on ways that give no JSON. */
  of(structures: Iterable<Structure | undefined>): StructureSet {
    const all = [...new Set(structures)].filter((structure) => structure !== undefined)
    this.charge(stepsOfOne * all.length)
    const identity = all.toSorted().join(' ')
    const set = this.known.get(identity) ?? new Set(all)
    this.known.set(identity, set)
    return set
  }

  /** What a set becomes by one change. */
  map(set: StructureSet, change: (structure: Structure) => Structure | undefined): StructureSet {
    return this.of([...set].map(change))
  }

  /** What a set becomes by one character outside of string literals. */
  afterCharacter(set: StructureSet, char: string): StructureSet {
    let steps = this.steps.get(set)
    if (steps === undefined) {
      steps = new Map()
      this.steps.set(set, steps)
    }
    let after = steps.get(char)
    if (after === undefined) {
      after = this.map(set, (structure) => afterCharacter(structure, char))
      steps.set(char, after)
    }
    return after
  }
}
