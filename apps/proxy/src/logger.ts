import type { Logger } from '@sluice/pipeline'
import { destination, pino, stdTimeFunctions } from 'pino'

/** JSON lines on stderr: stdout belongs to whoever started the process. */
export function createLogger(): Logger {
  return pino({ base: null, timestamp: stdTimeFunctions.isoTime }, destination({ dest: 2, sync: false }))
}
