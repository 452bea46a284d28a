import { describe, expect, test } from 'vitest'
import { inspectTemplate } from './inspect-template.ts'

const reads = (source: string) =>
  inspectTemplate(source)
    .reads.map((path) => path.join('.'))
    .sort()

describe('what a template reads', () => {
  test.each([
    ['text alone', []],
    ['{{ response.json.name }}', ['response.json.name']],
    ['{{ response.json.items[0].name }}', ['response.json.items.[].name']],
    ['{% for i in response.json.items %}{{ i.name }}{% endfor %}', ['response.json.items.[].name']],
    ['{% assign a = response.json.a %}{{ a.b }}', ['response.json.a.b']],
    ['{{ b }}{% assign b = a %}{% assign a = response.json.a %}', ['response.json.a']],
    ['{% capture c %}{{ user.email }}{% endcapture %}{{ c }}', ['user.email']],
    ["{{ response.json.items | map: 'id' | join: ',' }}", ['response.json.items.[].id']],
    ['{{ response.json | json }}', ['response.json']],
    ['{{ response.json[user.id] }}', ['response.json', 'user.id']],
    ['{% if response.json.a == user.id %}x{% endif %}', ['response.json.a', 'user.id']],
    ['{% case user.id %}{% when response.json.a %}x{% endcase %}', ['response.json.a', 'user.id']],
    ["{{ 'x' | append: user.email }}", ['user.email']],
    ['{% for i in response.json.a limit: body.n %}{% endfor %}', ['body.n']],
    ["{{ get_variable('v') }}", ['get_variable(v)']],
    ['{% comment %}{{ user.id }}{% endcomment %}', []],
  ])('%s', (source, expected) => {
    expect(reads(source)).toEqual(expected)
  })

  test('names that are bound to each other end', () => {
    const source = '{% for a in b %}{% assign b = a %}{{ b }}{% endfor %}{% assign b = response.json %}'
    expect(reads(source).length).toBeLessThan(20)
  })
})

test('an output names the filters after it', () => {
  expect(inspectTemplate("x='{{ user.email | downcase | soql }}'{{ user.id | raw }}").outputs).toEqual([
    { reads: [['user', 'email']], filters: ['downcase', 'soql'] },
    { reads: [['user', 'id']], filters: ['raw'] },
  ])
})
