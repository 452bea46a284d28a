const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const time = '(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})'
const day = '(?:mon|tue|wed|thu|fri|sat|sun)'
const longDay = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)'

/** RFC 9110 §5.6.7, matched without regard to case and with no other zone than GMT (RFC 9111 §4.2). */
const forms = [
  new RegExp(`^${day}, (?<day>[0-9]{2}) (?<month>[a-z]{3}) (?<year>[0-9]{4}) ${time} gmt$`, 'i'),
  new RegExp(`^${longDay}, (?<day>[0-9]{2})-(?<month>[a-z]{3})-(?<year>[0-9]{2}) ${time} gmt$`, 'i'),
  new RegExp(`^${day} (?<month>[a-z]{3}) (?<day>[ 0-9][0-9]) ${time} (?<year>[0-9]{4})$`, 'i'),
]

/** Answers of one second bear the same date, whoever made them. */
let last: { readonly text: string; readonly nowMs: number; readonly time: number | undefined } | undefined

/** For so long two digits of a year mean the same. */
const sameYearMs = 1000

/** Milliseconds since the Unix epoch; `undefined` for what is no date of HTTP, however well it could be guessed. */
export function parseHttpDate(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  if (last === undefined || last.text !== text || Math.abs(nowMs - last.nowMs) > sameYearMs) {
    last = { text, nowMs, time: parsed(text, nowMs) }
  }
  return last.time
}

function parsed(text: string, nowMs: number): number | undefined {
  for (const form of forms) {
    const groups = form.exec(text)?.groups
    if (groups !== undefined) return timeOf(groups, nowMs)
  }
  return undefined
}

function timeOf(groups: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const month = months.indexOf(groups.month?.toLowerCase() ?? '')
  const [date, hour, minute, second] = [groups.day, groups.hour, groups.minute, groups.second].map(Number)
  if (
    month === -1 ||
    date === undefined ||
    hour === undefined ||
    minute === undefined ||
    second === undefined
  )
    return undefined
  const year = fullYear(groups.year ?? '', nowMs)
  // A leap second is a time like any other.
  const isTime = hour < 24 && minute < 60 && second < 61
  const result = Date.UTC(year, month, date, hour, minute, second)
  return isTime && new Date(Date.UTC(year, month, date)).getUTCDate() === date ? result : undefined
}

/** Two digits that seem more than 50 years ahead are of the century before (RFC 9110 §5.6.7). */
function fullYear(digits: string, nowMs: number): number {
  const year = Number(digits)
  if (digits.length === 4) return year
  const now = new Date(nowMs).getUTCFullYear()
  const sameCentury = Math.floor(now / 100) * 100 + year
  return sameCentury > now + 50 ? sameCentury - 100 : sameCentury
}

/** A time as HTTP writes it. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}
