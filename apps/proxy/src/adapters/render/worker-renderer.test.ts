import type { IsolatedRender } from '@sluice/pipeline'
import { compileTemplate } from '@sluice/templates'
import { nodeRuntime } from '@sluice/templates/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { createWorkerRenderer, type WorkerRenderer, type WorkerRendererOptions } from './worker-renderer.ts'

const open: WorkerRenderer[] = []
afterEach(() => Promise.all(open.splice(0).map((renderer) => renderer.close())))

function pool(options: WorkerRendererOptions = {}): WorkerRenderer {
  const renderer = createWorkerRenderer({ processes: 1, ...options })
  open.push(renderer)
  return renderer
}

function job(
  source: string,
  more: Partial<IsolatedRender> & { readonly text?: string } = {},
): IsolatedRender {
  const { text = '', ...rest } = more
  const { template, errors } = compileTemplate(source, { place: 'request_body' })
  if (template === undefined) throw new Error(JSON.stringify(errors))
  return {
    tenantId: 'acme',
    template,
    values: {
      session: { tenant_id: 'acme', issuer: 'idp' },
      pathParams: {},
      variables: new Map([['region', 'eu']]),
      nowSeconds: 1,
      body: { text },
    },
    signal: new AbortController().signal,
    ...rest,
  }
}

const listOf = (items: number): string => JSON.stringify(Array(items).fill(0))
/** One filter that no limit of ours interrupts: only the deadline ends it. */
const endless = `${"{% assign x = body | where: 'a', 1 %}".repeat(20)}1`
const many = listOf(400_000)

async function textOf(rendering: Promise<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await rendering)
}

async function errorOf(rendering: Promise<unknown>): Promise<unknown> {
  return rendering.then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('a render in a worker gives what it gives here', async () => {
  const renderer = pool()
  const text = JSON.stringify({ name: 'Ada "€" 𝄞', pad: 'x'.repeat(300_000) })
  const render = job(`{"n": "{{ body.name }}", "r": "{{ get_variable('region') }}", "t": {{ now() }}}`, {
    text,
  })
  expect(await textOf(renderer.render(render))).toBe(
    render.template.render({ ...render.values, runtime: nodeRuntime }),
  )
})

test('an error keeps its reason, line and column', async () => {
  const error = await errorOf(pool().render(job('[1,\n  {{ body.a }}]', { text: '{' })))
  expect(error).toMatchObject({ name: 'TemplateRenderError', reason: 'json', line: 2, column: 6 })
})

describe('a process is killed at its deadline', () => {
  test('in the midst of a filter, as a limit; the next render has another one', async () => {
    const renderer = pool({ deadlineMs: 150 })
    const started = performance.now()
    expect(await errorOf(renderer.render(job(endless, { text: many })))).toMatchObject({ reason: 'limit' })
    expect(performance.now() - started).toBeLessThan(8000)
    expect(await textOf(pool().render(job('{{ body }}', { text: '7' })))).toBe('7')
    expect(await errorOf(renderer.render(job(endless, { text: many })))).toMatchObject({ reason: 'limit' })
  })

  test('a loop for ever ends as a limit', async () => {
    const source = '{% for i in (1..9000000) %}{% for j in (1..9) %}{% endfor %}{% endfor %}1'
    expect(await errorOf(pool().render(job(source)))).toMatchObject({ reason: 'limit' })
  })

  test('a list that doubles and is then sorted ends as a limit', async () => {
    const source = `{% assign b = body %}${'{% assign b = b | concat: b | sort_natural %}'.repeat(30)}1`
    expect(await errorOf(pool().render(job(source, { text: listOf(10_000) })))).toMatchObject({
      reason: 'limit',
    })
  })
})

test('a process out of memory is a limit, and the process and the pool live on', async () => {
  const renderer = pool({ heapMegabytes: 24, deadlineMs: 10_000 })
  const text = `[${'{"a":{}},'.repeat(800_000)}1]`
  expect(await errorOf(renderer.render(job('{{ body | size }}', { text })))).toMatchObject({
    reason: 'limit',
    message: expect.stringContaining('memory'),
  })
  expect(await textOf(renderer.render(job('{{ body }}', { text: '7' })))).toBe('7')
})

describe('a caller that leaves', () => {
  test('takes its waiting render along', async () => {
    const renderer = pool({ waiting: { perTenant: 1, total: 1 }, deadlineMs: 400 })
    // The process starts, so that both wait; the second has no place until the first leaves.
    const gone = new AbortController()
    const first = errorOf(renderer.render(job(endless, { text: many, signal: gone.signal })))
    const reason = new Error('gone')
    gone.abort(reason)
    expect(await first).toBe(reason)
    expect(await textOf(renderer.render(job('{{ body }}', { text: '7' })))).toBe('7')
  })

  test('is told at once also where its render runs', async () => {
    const renderer = pool()
    await renderer.render(job('{{ body }}', { text: '1' }))
    const gone = new AbortController()
    const running = errorOf(renderer.render(job(endless, { text: many, signal: gone.signal })))
    const reason = new Error('gone')
    gone.abort(reason)
    expect(await running).toBe(reason)
    expect(await textOf(renderer.render(job('{{ body }}', { text: '7' })))).toBe('7')
  })

  test('before it came is not rendered for', async () => {
    const signal = AbortSignal.abort(new Error('gone'))
    expect(await errorOf(pool().render(job('{{ body }}', { signal })))).toBe(signal.reason)
  })
})

test('what finds no place is refused with Retry-After, and only that', async () => {
  const renderer = pool({ waiting: { perTenant: 2, total: 4 } })
  const outcomes = await Promise.all(
    Array.from({ length: 3 }, () => errorOf(renderer.render(job('{{ body }}', { text: '1' })))),
  )
  expect(outcomes).toMatchObject([
    undefined,
    undefined,
    { code: 'OVERLOADED', headers: { 'retry-after': '1' } },
  ])
})

test('a hundred heavy renders of one tenant do not starve another tenant', async () => {
  const renderer = pool({ processes: 2, deadlineMs: 300 })
  const flood = Array.from({ length: 100 }, () => errorOf(renderer.render(job(endless, { text: many }))))
  let floodEnded = false
  const all = Promise.all(flood).then((errors) => {
    floodEnded = true
    return errors
  })
  const text = JSON.stringify({ n: 7, pad: 'x'.repeat(300_000) })
  expect(await textOf(renderer.render(job('{{ body.n }}', { text, tenantId: 'other' })))).toBe('7')
  expect(floodEnded).toBe(false)
  await renderer.close()
  for (const error of await all) expect(error).toBeInstanceOf(Error)
})

test('close ends what runs and what waits, and nothing begins afterwards', async () => {
  const renderer = pool({ processes: 2 })
  await renderer.render(job('{{ body }}', { text: '1' }))
  const rendering = Array.from({ length: 4 }, () => errorOf(renderer.render(job(endless, { text: many }))))
  await renderer.close()
  for (const error of await Promise.all(rendering)) expect(error).toMatchObject({ code: 'SHUTTING_DOWN' })
  expect(await errorOf(renderer.render(job('{{ body }}')))).toMatchObject({ code: 'SHUTTING_DOWN' })
})

test('a fault that is not the template’s is none of its limits', async () => {
  const render = job('{{ body }}', { text: '1' })
  const foreign = { ...render, template: { ...render.template } }
  const copied = { ...render, values: { ...render.values, nowSeconds: (() => 1) as unknown as number } }
  const renderer = pool()
  for (const broken of [foreign, copied, copied]) {
    const error = await errorOf(renderer.render(broken))
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toHaveProperty('reason')
  }
  expect(await textOf(renderer.render(render))).toBe('1')
})
