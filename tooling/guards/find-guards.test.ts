import { describe, expect, test } from 'vitest'
import { findGuards, withoutGuard } from './find-guards.ts'

/** The text without its only guard, on one line. */
function taken(text: string): string {
  const [guard, ...others] = findGuards('src/a.ts', text)
  if (guard === undefined || others.length > 0) throw new Error('one guard was expected')
  return withoutGuard(text, guard).replace('// guard: it\n', '').replace(/\s+/g, ' ').trim()
}

describe('a guard is taken out', () => {
  test.each([
    ['an `if` that throws', `// guard: it\nif (a) throw new Error('b')\nc()`, '{} c()'],
    ['an `if` with an else', `// guard: it\nif (a) b()\nelse c()`, 'c()'],
    ['a throw', `if (a) return\n// guard: it\nthrow new Error('b')`, 'if (a) return {}'],
    ['a return', `// guard: it\nreturn a(b)\n`, '{}'],
    ['a call', `// guard: it\ncheck(a)\nb()`, '{} b()'],
    ['an awaited call', `// guard: it\nawait check(a)\nb()`, '{} b()'],
    [
      'the first operand of a conjunction',
      `const x =\n// guard: it\na() && b && c`,
      'const x = true && b && c',
    ],
    ['a later operand', `const x = a &&\n// guard: it\nb(1) && c`, 'const x = a && true && c'],
    ['an operand of a disjunction', `const x = a ||\n// guard: it\n(b && c)`, 'const x = a || false'],
    ['an element', `const x = [a,\n// guard: it\nb, c]`, 'const x = [a, c]'],
    ['the last element', `const x = [a,\n// guard: it\nb]`, 'const x = [a, ]'],
    ['a property', `f({ a,\n// guard: it\nb: 1,\nc })`, 'f({ a, c })'],
    ['what makes a value safe', `// guard: it\nconst x = escape(a.b)`, 'const x = a.b'],
    ['an awaited call with a value', `// guard: it\nconst x = await check(a)`, 'const x = await a'],
    ['a choice', `// guard: it\nconst x = a ? b : c`, 'const x = c'],
    ['what makes an argument safe', `f(\n// guard: it\nescape(a), b)`, 'f( a, b)'],
  ])('%s', (_, text, without) => {
    expect(taken(text)).toBe(without)
  })

  test('and no other', () => {
    const text = `// guard: a\nif (a) throw b\n// guard: b\nif (c) throw d\n`
    const [, second] = findGuards('src/a.ts', text)
    expect(second && withoutGuard(text, second)).toBe('// guard: a\nif (a) throw b\n// guard: b\n{}\n')
  })
})

test('a guard has its name, its line, and the tests that its marker names', () => {
  const text = `\n// guard: a\nif (a) throw b\n  // guard: b-2 (own.test.ts, e2e/x.test.ts)\nif (c) throw d\n`
  expect(findGuards('src/in/a.ts', text)).toMatchObject([
    { name: 'a', line: 2, heldBy: [] },
    { name: 'b-2', line: 4, heldBy: ['src/in/own.test.ts', 'e2e/x.test.ts'] },
  ])
})

describe('a marker is refused, with its place,', () => {
  test.each([
    ['without a name that can be read', '\n// guard: A b\nif (a) throw b', 'a.ts:2: write `// guard: '],
    ['before what is no guard', '// guard: it\nconst a = 1', 'a.ts:1: the guard it is nothing'],
    ['before nothing', '// guard: it\n', 'a.ts:1: the guard it is nothing'],
    ['where the rest is no TypeScript', '// guard: it\nconst a = { b() {} ? 1 : 2', 'a.ts:1: the guard it'],
    ['with the name of another', '// guard: it\na()\n// guard: it\nb()', 'a.ts:3: a second guard'],
  ])('%s', (_, text, message) => {
    expect(() => findGuards('a.ts', text)).toThrow(message)
  })

  test('but not in a string or behind other text', () => {
    expect(findGuards('a.ts', `const a = '// guard: A b' // guard: A b`)).toEqual([])
  })
})
