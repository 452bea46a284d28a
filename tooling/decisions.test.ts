import { describe, expect, test } from 'vitest'
import { readRepositoryFile, repositoryFiles } from './workspace.ts'

const pages = repositoryFiles().filter((path) => /^decisions\/\d/.test(path))
const index = readRepositoryFile('decisions/README.md')
const numbers = pages.map((page) => page.slice('decisions/'.length).split('-')[0] ?? '')

describe.each(pages)('%s', (page) => {
  const text = readRepositoryFile(page)
  const [title = '', , date = '', status = ''] = text.split('\n')

  test('has a number, a title, a date and a status', () => {
    expect(page).toMatch(/^decisions\/\d{4}(?:-[a-z0-9]+)+\.md$/)
    expect(title).toMatch(/^# \S/)
    expect(date).toMatch(/^Date: 20\d\d-[01]\d-[0-3]\d$/)
    expect(status).toMatch(
      /^Status: (?:accepted|superseded by \[\d{4}\]\(\S+\.md\))(?:, amended 20\d\d-[01]\d-[0-3]\d)?$/,
    )
  })

  test('is in the index, with its title, date and status', () => {
    const file = page.slice('decisions/'.length)
    const number = file.split('-')[0]
    const [day, word] = [date.replace('Date: ', ''), status.replace('Status: ', '')]
    expect(index).toContain(`| [${number}](${file}) | ${title.slice(2)} | ${day} | ${word} |`)
  })
})

test('no two decisions have one number, and none is left out', () => {
  expect(numbers).toEqual(numbers.map((_, position) => String(position + 1).padStart(4, '0')))
})

test('the index names no page that is gone', () => {
  const named = [...index.matchAll(/\]\((\d[^)]*)\)/g)].map(([, file]) => `decisions/${file}`)
  expect(named).toEqual(pages)
})
