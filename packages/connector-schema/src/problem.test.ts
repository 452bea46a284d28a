import { expect, test } from 'vitest'
import { ProblemError, problemCodes, problemKinds, toProblemDocument } from './problem.ts'

test('every code has a status of its class, a title and a stage', () => {
  for (const code of problemCodes) {
    expect(problemKinds[code].status, code).toBeGreaterThanOrEqual(400)
    expect(problemKinds[code].status, code).toBeLessThan(600)
    expect(problemKinds[code].title, code).not.toBe('')
  }
})

test('a problem document follows RFC 9457 and never carries the cause', () => {
  const cause = new Error('Unexpected token s in "s3cret"')
  const problem = new ProblemError('OVERRIDE_NOT_PERMITTED', { detail: 'No.', params: ['limit'], cause })
  const document = toProblemDocument(problem, 'r-1')
  expect(document).toEqual({
    type: 'https://sluice.dev/problems/override-not-permitted',
    title: 'An override is not permitted',
    status: 400,
    detail: 'No.',
    code: 'OVERRIDE_NOT_PERMITTED',
    stage: 'merge',
    params: ['limit'],
    request_id: 'r-1',
  })
  expect(JSON.stringify(document)).not.toContain('s3cret')
})
