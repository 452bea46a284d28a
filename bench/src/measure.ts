/** Something to measure. */
export interface Subject {
  readonly name: string
  readonly render: () => unknown
}

export interface MeasureOptions {
  readonly rounds: number
  /** Milliseconds that each subject runs in a round. */
  readonly sliceMs: number
}

/**
 * Microseconds of one run of each subject: the median over rounds in which all take their turn, so that a machine
 * that slows down slows all of them.
 */
export function measure(
  subjects: readonly Subject[],
  { rounds, sliceMs }: MeasureOptions,
): ReadonlyMap<string, number> {
  const samples = new Map(subjects.map(({ name }) => [name, [] as number[]]))
  for (const subject of subjects) runFor(subject, sliceMs)
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) samples.get(subject.name)?.push(runFor(subject, sliceMs))
  }
  return new Map([...samples].map(([name, times]) => [name, median(times)]))
}

/** Microseconds of one run. */
function runFor({ render }: Subject, ms: number): number {
  const begin = performance.now()
  const end = begin + ms
  let runs = 0
  let now = begin
  while (now < end) {
    for (let i = 0; i < 16; i += 1) render()
    runs += 16
    now = performance.now()
  }
  return ((now - begin) / runs) * 1000
}

/** The middle of some numbers; of an even count, the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1)
  return (low + high) / 2
}
