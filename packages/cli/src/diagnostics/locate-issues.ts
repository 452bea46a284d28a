import type { DefinitionIssue } from '@sluice/connector-schema'
import type { FileIssue, JsonFile } from '../json-file.ts'
import { codeFrame } from './code-frame.ts'

/** Issues that are about a key, not about its value. */
const aboutKeys = new Set(['UNKNOWN_KEY'])

/**
 * Finds where issues stand in their file, and puts them in its order. A frame shows the template as its author wrote it where the issue lies
 * inside one, else the file.
 */
export function locateIssues(json: JsonFile, issues: readonly DefinitionIssue[]): readonly FileIssue[] {
  return issues
    .map((issue) => locateInTemplate(json, issue) ?? locateInFile(json, issue))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** What is wrong with the file itself, framed. */
export function frameIssues(json: JsonFile): readonly FileIssue[] {
  return json.errors.map((issue) =>
    json.text === '' ? issue : { ...issue, frame: codeFrame({ text: json.text, ...issue }) },
  )
}

/** Places without frames: for files that hold secrets, of which nothing may be printed. */
export function locateWithoutFrames(
  json: JsonFile,
  issues: readonly DefinitionIssue[],
): readonly FileIssue[] {
  return issues.map(({ path, code, message }) => ({
    file: json.file,
    code,
    path,
    message,
    ...json.locate(path),
  }))
}

function locateInTemplate(json: JsonFile, issue: DefinitionIssue): FileIssue | undefined {
  const { path, code, message, line, column } = issue
  if (line === undefined || column === undefined) return undefined
  const template = { line, column }
  const place = json.locateInString(path, template)
  if (place === undefined) return undefined
  const frame = codeFrame({ text: place.value, ...template })
  return { file: json.file, code, path, message, line: place.line, column: place.column, template, frame }
}

function locateInFile(json: JsonFile, { path, code, message }: DefinitionIssue): FileIssue {
  const place = aboutKeys.has(code) ? json.locateKey(path) : json.locate(path)
  return { file: json.file, code, path, message, ...place, frame: codeFrame({ text: json.text, ...place }) }
}
