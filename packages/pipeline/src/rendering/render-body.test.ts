import { describe, expect, test } from 'vitest'
import { runExchange } from '../run.ts'
import { callOf, connector, payloadOf, plainPorts, textOf } from '../testing/plain-ports.ts'

const edge = 256 * 1024
const heavy = `${"{% assign x = body | where: 'a', 1 %}".repeat(5)}{{ x | size }}`
/** JSON of exactly so many bytes. */
const jsonOf = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`
const listOf = (items: number): string => JSON.stringify(Array(items).fill(0))

function post(template: string, payload: string, more: object = {}) {
  const compiled = connector({ method: 'POST', request_body: template, ...more })
  return callOf(compiled, { payload: payloadOf(payload) })
}

describe('request_body', () => {
  test.each([
    [edge, 0],
    [edge + 1, 1],
  ])('a payload of %i bytes is rendered apart %i times', async (bytes, times) => {
    const { ports, seen, renderedApart } = plainPorts()
    await runExchange(post('{"n": {{ body | size }}}', jsonOf(bytes)), ports)
    expect(seen[0]?.body).toBe(`{"n": ${bytes - 2}}`)
    expect(renderedApart).toHaveLength(times)
  })

  test('a large payload that the template cannot read holds nobody up', async () => {
    const { ports, renderedApart } = plainPorts()
    await runExchange(post('{"n": {{ user.id }}}', jsonOf(edge + 1)), ports)
    expect(renderedApart).toHaveLength(0)
  })

  test('a small payload that needs much work is handed over and sent once', async () => {
    const { ports, seen, renderedApart } = plainPorts()
    await runExchange(post(heavy, listOf(50_000)), ports)
    expect(renderedApart).toHaveLength(1)
    expect(seen.map(({ body }) => body)).toEqual(['0'])
  })

  test('no secret ever leaves the process, nor a variable that the template does not name', async () => {
    const { ports, renderedApart } = plainPorts(undefined, {
      secrets: { key: 's3cr3t' },
      variables: { region: 'eu', other: 'unread' },
    })
    const headers = [
      { key: 'X-Key', value: "{{ get_secret('key') }}" },
      { key: 'X-Other', value: "{{ get_variable('other') }}" },
    ]
    const template = `{"n": {{ body | size }}, "r": "{{ get_variable('region') }}"}`
    const outcome = await runExchange(post(template, jsonOf(edge + 1), { headers }), ports)
    expect(outcome).toHaveProperty('answer')
    const [job] = renderedApart
    expect(Object.keys(job?.values ?? {}).toSorted()).toEqual([
      'body',
      'nowSeconds',
      'pathParams',
      'session',
      'variables',
    ])
    expect([...(job?.values.variables ?? [])]).toEqual([['region', 'eu']])
    expect(JSON.stringify(job?.values)).not.toContain('s3cr3t')
  })

  test('a failure in another process names its line and column, and nothing is sent', async () => {
    const { ports, seen } = plainPorts()
    const outcome = await runExchange(post('{"n":\n  {{ body.a }}}', `${jsonOf(edge + 1)}]`), ports)
    expect(outcome).toMatchObject({
      problem: { code: 'TEMPLATE_RENDERING_FAILED', message: expect.stringContaining('line 2, column 6') },
    })
    expect(seen).toEqual([])
  })
})

describe('response_body', () => {
  test.each([
    [edge, 0],
    [edge + 1, 1],
  ])('an answer of %i bytes is rendered apart %i times', async (bytes, times) => {
    const { ports, renderedApart } = plainPorts(() => ({ body: jsonOf(bytes) }))
    const compiled = connector({ response_body: '{"n": {{ response.json | size }}}' })
    const outcome = await runExchange(callOf(compiled), ports)
    if ('problem' in outcome) throw outcome.problem
    expect(await textOf(outcome.answer.body)).toBe(`{"n": ${bytes - 2}}`)
    expect(renderedApart).toHaveLength(times)
  })

  test('a failure in another process is a failed response template with the status of the API', async () => {
    const { ports } = plainPorts(() => ({ body: `${jsonOf(edge + 1)}]` }))
    const compiled = connector({ response_body: '{"n": {{ response.json.a }}}' })
    expect(await runExchange(callOf(compiled), ports)).toMatchObject({
      problem: { code: 'RESPONSE_TEMPLATE_FAILED', upstreamStatus: 200 },
    })
  })
})

test('elsewhere a limit of work fails, for a worker could learn a secret', async () => {
  const { ports, renderedApart } = plainPorts(undefined, { variables: { list: listOf(50_000) } })
  const where = "{% assign x = l | where: 'a', 1 %}".repeat(5)
  const value = `{% assign l = get_variable('list') | from_json %}${where}{{ x | size }}`
  const outcome = await runExchange(callOf(connector({ headers: [{ key: 'X-N', value }] })), ports)
  expect(outcome).toMatchObject({ problem: { code: 'TEMPLATE_RENDERING_FAILED' } })
  expect(renderedApart).toEqual([])
})
