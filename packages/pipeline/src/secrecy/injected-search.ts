/** The search for what one exchange injected into its request, and what it means for a response that is searched. */
import { type Form, formsOf, shortestSearchedBytes } from './forms.ts'
import { createSecretSearch, type SecretSearch } from './secret-search.ts'
import { scanWhole } from './stream-scan.ts'

export interface InjectedSearch {
  readonly secrets: SecretSearch
  /** How many bytes of a response that streams are held. */
  readonly windowBytes: number
  /** False where something that is searched for holds a separator itself. */
  readonly mayReleaseEarly: boolean
  /** False where something that is searched for holds a `+`, which may come as a space. */
  readonly spaceSeparates: boolean
  /** What it takes in memory, about. */
  readonly bytes: number
}

const smallestWindow = 4096
/** Up to this length a value fits sixteen times into the smallest window, as it may stand with every byte escaped. */
const windowFactor = 16

/** Builds the search; `undefined` where nothing is long enough to be searched for. */
export function createInjectedSearch(injected: Iterable<string>): InjectedSearch | undefined {
  const values = new Set<string>()
  for (const text of injected) for (const value of searchedValues(text)) values.add(value)
  if (values.size === 0) return undefined
  const forms = [...values].flatMap((value) => formsOf(value))
  const texts = forms.filter(({ kind }) => kind === 'text')
  const longest = Math.max(...[...values].map((value) => Buffer.byteLength(value)))
  const secrets = createSecretSearch(forms)
  return {
    secrets,
    windowBytes: Math.max(smallestWindow, windowFactor * 2 ** Math.ceil(Math.log2(longest))),
    mayReleaseEarly: !texts.some(holds(/[\0- \x7f"<>]/)),
    spaceSeparates: !texts.some(holds(/\+/)),
    bytes: 64 * 1024 + forms.reduce((sum, { bytes }) => sum + 20 * bytes.length, 0),
  }
}

function holds(pattern: RegExp): (form: Form) => boolean {
  return ({ bytes }) => pattern.test(bytes.toString('latin1'))
}

/** A value, and what an API may make of it before it says it again: trimmed; a PEM line by line. */
function searchedValues(text: string): readonly string[] {
  const values = text.includes('-----BEGIN ') ? pemLines(text) : [text, text.trim()]
  return values.filter((value) => Buffer.byteLength(value) >= shortestSearchedBytes)
}

const pemLineLength = 64

/** The lines between the boundaries, which are no secret. Line breaks may be lost, or written as `\n` (spec/05). */
function pemLines(text: string): readonly string[] {
  return text
    .replace(/-----(?:BEGIN|END) [A-Z0-9 ]+-----/g, '\n')
    .split(/(?:\s|\\[nr])+/)
    .flatMap((line) => (line.length <= 76 ? [line] : (line.match(linesOfPem) ?? [])))
}

const linesOfPem = new RegExp(`.{1,${pemLineLength}}`, 'gs')

/** Whether a text holds, in any spelling, what is searched for. */
export function holdsInjected(text: Buffer, search: InjectedSearch): boolean {
  let holdsAny = false
  const onMatch = () => {
    holdsAny = true
  }
  scanWhole(text, { search: search.secrets, locates: false, onMatch })
  return holdsAny
}
