/** Each limit of a render by itself: all others are out of reach. */
import { describe, expect, test } from 'vitest'
import { compiled, failureOf, values, withUser } from '../testing/support.ts'
import { limits, type RenderBudget } from './limits.ts'

const unlimited: RenderBudget = {
  renderMs: 60_000,
  memoryUnits: Number.POSITIVE_INFINITY,
  workUnits: Number.POSITIVE_INFINITY,
  outputBytes: Number.POSITIVE_INFINITY,
}

function renderWithin(source: string, budget: Partial<RenderBudget>, given = values): string {
  return compiled(source, 'auth_text').render(given, undefined, { ...unlimited, ...budget })
}

describe('what a render gives is counted in bytes of UTF-8', () => {
  const bytes = (text: string): number => Buffer.byteLength(text)

  test.each(['abcdef', 'äöü', '€€', '\u{1f600}a', 'a\u{1f600}', '\ud800a', 'a\udc00\ud800'])('%j', (text) => {
    const given = withUser({ first_name: text })
    for (const source of [
      '{{ user.first_name }}{{ user.first_name }}',
      '{% for i in (1..2) %}{{ user.first_name }}{% endfor %}',
      '{% cycle user.first_name %}{% echo user.first_name %}',
      '{% capture c %}{{ user.first_name }}{{ user.first_name }}{% endcapture %}{{ c }}',
      '{% if true %}{{ user.first_name }}{% endif %}{{ user.first_name }}',
    ]) {
      const outputBytes = bytes(text) * 2
      expect(renderWithin(source, { outputBytes }, given)).toBe(text + text)
      const failure = failureOf(() => renderWithin(source, { outputBytes: outputBytes - 1 }, given))
      expect(failure, source).toMatchObject({ reason: 'limit', mayFitWorker: true })
    }
  })

  test('literal text counts too, and what a capture gathers, also where it is not shown', () => {
    const source = '{% for i in (1..3) %}é{% endfor %}'
    expect(renderWithin(source, { outputBytes: 6 })).toBe('ééé')
    expect(failureOf(() => renderWithin(source, { outputBytes: 5 })).reason).toBe('limit')
    const hidden = '{% capture c %}ééé{% endcapture %}a'
    expect(renderWithin(hidden, { outputBytes: 6 })).toBe('a')
    expect(failureOf(() => renderWithin(hidden, { outputBytes: 5 })).reason).toBe('limit')
  })

  test('in a process of its own nothing wider is promised', () => {
    const template = compiled('{{ user.first_name }}', 'auth_text')
    const given = withUser({ first_name: '€'.repeat(limits.isolated.outputBytes / 3 + 1) })
    expect(failureOf(() => template.render(given, undefined, limits.isolated))).toMatchObject({
      reason: 'limit',
      mayFitWorker: false,
    })
  })
})

describe('memory', () => {
  test.each([
    [
      'what captures gather',
      '{% for i in (1..3) %}{% capture c %}12345678{% endcapture %}{% endfor %}',
      24 + 3,
    ],
    ['what text filters build', "{% assign a = '1234' | append: '5678' %}", 8],
    ['what list filters build', '{% assign a = user.roles | concat: user.roles %}', 4],
    ['what our list filters go through', "{% assign a = user.roles | map: 'x' %}", 2],
    ['a list that is output', '{{ user.roles }}', 'admineditor'.length],
    ['JSON', '{% assign a = user.roles | json %}', 2 + 2 + 'admin'.length + 2 + 'editor'.length + 2],
    ['JSON that is read', "{% assign a = '[1,2]' | from_json %}", 5],
    ['the turns of a range', '{% for i in (1..1000) %}{% break %}{% endfor %}', 1000],
    ['encodings', "{% assign a = 'abcdef' | base64url_encode %}", 6],
    ['hashes', "{% assign a = 'abcdef' | sha256 %}", 6],
  ])('is counted for %s', (_, source, units) => {
    expect(() => renderWithin(source, { memoryUnits: units })).not.toThrow()
    expect(failureOf(() => renderWithin(source, { memoryUnits: units - 1 }))).toMatchObject({
      reason: 'limit',
      mayFitWorker: true,
      message: expect.stringContaining('memory'),
    })
  })
})

describe('work', () => {
  const list = `{% assign l = user.email | from_json %}`
  const items = 100
  const given = withUser({ email: `[${Array(items).fill('"x"').join()}]` })
  // What from_json costs: one, and one for each 32 characters.
  const before = 1 + Math.ceil((given.session.user?.email?.length ?? 0) / 32)

  test.each([
    ['a filter', "{% assign a = l | where: 'a', 1 %}", 1 + items + 1],
    ['a filter of LiquidJS', '{% assign a = l | reverse %}', 1 + items],
    ['a slow filter', '{% assign a = l | sort %}', 1 + 4 * items],
    ['a text', '{% assign a = user.email | upcase %}', before],
    [
      'lists that are compared',
      '{% assign m = user.email | from_json %}{% if l == m %}{% endif %}',
      before + items,
    ],
    ['a list that is searched', "{% if l contains 'y' %}{% endif %}", items],
    ['a text that is searched', "{% if user.email contains 'y' %}{% endif %}", before - 1],
  ])('is counted for %s, before it is done', (_, source, units) => {
    const workUnits = before + units
    expect(() => renderWithin(list + source, { workUnits }, given)).not.toThrow()
    const failure = failureOf(() => renderWithin(list + source, { workUnits: workUnits - 1 }, given))
    expect(failure).toMatchObject({
      reason: 'limit',
      mayFitWorker: true,
      message: expect.stringContaining('work'),
    })
  })
})

describe('time', () => {
  const slow = withUser({ email: `[${Array(50_000).fill('"x"').join()}]` })

  test.each([
    ['in a loop', '{% for i in (1..3000000) %}{% if i == 0 %}{% endif %}{% endfor %}'],
    ['in a loop of loops', '{% for i in (1..3000) %}{% for j in (1..3000) %}{% endfor %}{% endfor %}'],
    ['of assignments', `{% assign l = user.email | from_json %}${'{% assign a = l | sort %}'.repeat(300)}`],
    ['of outputs', `{% assign l = user.email | from_json %}${'{{ l | sort | size }}'.repeat(300)}`],
    [
      'of outputs in an if',
      `{% assign l = user.email | from_json %}{% if l %}${'{% echo l | sort | size %}'.repeat(300)}{% endif %}`,
    ],
  ])('ends work %s, and no wider budget is asked for', (_, source) => {
    const failure = failureOf(() => renderWithin(source, { renderMs: 20 }, slow))
    expect(failure).toMatchObject({
      reason: 'limit',
      mayFitWorker: false,
      message: expect.stringContaining('time'),
    })
  })
})

test('a range is never made: its begin costs nothing, however long it is', () => {
  expect(
    renderWithin('{% for i in (1..99999999999) limit: 3 %}{{ i }}{% endfor %}', { memoryUnits: 3 }),
  ).toBe('123')
  expect(
    renderWithin(
      '{% for i in (1..99999999999) reversed limit: 2 offset: 99999999997 %}{{ i }},{% endfor %}',
      {},
    ),
  ).toBe('99999999999,99999999998,')
})
