import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { ConnectorProblem, ConnectorTimeoutError, isConnectorError } from './index.ts'

describe('isConnectorError', () => {
  it('knows every error of the SDK', () => {
    const error = new ConnectorTimeoutError('after 5 ms', { permalink: 'x' }, { code: 'TIMEOUT' })
    expect(isConnectorError(error)).toBe(true)
    expect(error).toBeInstanceOf(Error)
    expect(Object.keys(error)).not.toContain('cause')
  })

  it('knows the error of another realm or bundle by its brand', () => {
    const foreign = runInNewContext(`
      class Other extends Error { get [Symbol.for('sluice.connector-error')]() { return true } }
      new Other('x')
    `)
    expect(foreign).not.toBeInstanceOf(Error)
    expect(foreign).not.toBeInstanceOf(ConnectorProblem)
    expect(isConnectorError(foreign)).toBe(true)
  })

  it.each([undefined, null, 'x', 7, {}, new Error('x'), new DOMException('x', 'AbortError')])(
    'does not take %o for one',
    (value) => {
      expect(isConnectorError(value)).toBe(false)
    },
  )
})
