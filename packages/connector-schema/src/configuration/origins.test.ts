import { describe, expect, test } from 'vitest'
import { matchesOrigin, refuseOrigin } from './origins.ts'

describe('an entry of origins', () => {
  test.each([
    'https://app.example.com',
    'http://localhost:3000',
    'https://[::1]:8443',
    'https://*.acme.example',
    'https://*--acme.netlify.app',
    'https://pr-*.acme.example:8443',
  ])('%s is one', (text) => expect(refuseOrigin(text)).toBeUndefined())

  test.each([
    'https://app.example.com/',
    'https://App.example.com',
    'https://app.example.com:443',
    'app.example.com',
    '*',
    'null',
    'https://*',
    'https://a.*.example.com',
    'https://*.*.example.com',
    'https://**.example.com',
    'https://*.com',
    'https://*-acme.com',
    'https://*.co.uk',
    'https://*.netlify.app',
    'https://*.github.io',
    'https://*.vercel.app:8443',
    'https://user@*.acme.example',
    'https://*.acme.example/path',
    'https://*.localhost',
  ])('%s is none', (text) => expect(refuseOrigin(text)).toBeTypeOf('string'))
})

describe('a pattern', () => {
  const pattern = 'https://*--acme.netlify.app'
  test.each([
    ['https://preview-1--acme.netlify.app', true],
    ['https://--acme.netlify.app', false],
    ['https://a.b--acme.netlify.app', false],
    ['https://evil.example/--acme.netlify.app', false],
    ['https://A--acme.netlify.app', false],
    ['http://preview--acme.netlify.app', false],
    ['https://preview--acme.netlify.app.evil.example', false],
    ['null', false],
  ])('%s: %s', (origin, matches) => expect(matchesOrigin(pattern, origin)).toBe(matches))

  test('an entry without * is the origin itself', () => {
    expect(matchesOrigin('https://a.example', 'https://a.example')).toBe(true)
    expect(matchesOrigin('https://a.example', 'https://a.example.evil.test')).toBe(false)
  })
})
