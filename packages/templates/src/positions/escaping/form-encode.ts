import { percentEncode } from './escape.ts'

/** One key or value of a form: all but unreserved characters percent-encoded, spaces as `+`. */
export function formEncode(text: string): string {
  return percentEncode(text).replaceAll('%20', '+')
}
