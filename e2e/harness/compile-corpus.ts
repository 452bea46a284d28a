/** Definitions to compile, right and wrong ones: of the examples, of the documents, of the tests, and one for each mistake. */
import { readdirSync, readFileSync } from 'node:fs'
import type { DiagnosticCode } from '@sluice/templates'
import { parse } from 'jsonc-parser'
import ts from 'typescript'

type Json = Readonly<Record<string, unknown>>

interface Registry {
  readonly connectors: readonly unknown[]
}

const root = new URL('../../', import.meta.url)
const url = 'https://api.example.com/'
const secret = "{{ get_secret('k') }}"

/** Every file below a folder whose name ends so. */
function filesIn(folder: string, end: string): readonly string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end) && !name.includes('node_modules'))
    .map((name) => readFileSync(new URL(`${folder}/${name}`, root), 'utf8'))
}

/** The registries of `examples/`. */
export function exampleRegistries(): readonly Registry[] {
  return filesIn('examples', 'registry.json').map((text) => JSON.parse(text))
}

/** Every definition, registry, row and authentication that README.md and `docs/` show. */
export function documentedRegistries(): readonly Registry[] {
  const pages = [readFileSync(new URL('README.md', root), 'utf8'), ...filesIn('docs', '.md')]
  return pages
    .flatMap((page) => [...page.matchAll(/```jsonc?\n(.*?)```/gs)].map(([, block = '']) => parse(block)))
    .filter((value): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value))
    .map((value) => {
      if (Array.isArray(value.connectors)) return { connectors: value.connectors }
      if ('type' in value) return { connectors: [{ name: 'A', url, authentication: value }] }
      return { connectors: [{ name: 'A', url, ...value }] }
    })
}

/** Each text with markers that a test of templates or of the pipeline holds, in every place of a definition. */
export function testedTemplates(): readonly Registry[] {
  const texts = new Set(
    ['packages/templates/src', 'packages/pipeline/src'].flatMap((folder) =>
      filesIn(folder, '.test.ts').flatMap(literalsOf),
    ),
  )
  return [...texts].filter((text) => /\{[{%]/.test(text)).map(inEveryPlace)
}

function literalsOf(source: string): readonly string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('a.ts', source, ts.ScriptTarget.Latest))
  return found
}

function inEveryPlace(text: string): Registry {
  const types = ['application/json', 'application/x-www-form-urlencoded', 'application/xml', 'text/plain']
  return {
    connectors: [
      {
        name: 'A',
        url: text.startsWith('https:') ? text : `${url}${text}`,
        path_parameters: [{ key: 'id' }],
      },
      {
        name: 'B',
        url,
        headers: [
          { key: 'X-A', value: text },
          { key: 'Cookie', value: text },
        ],
      },
      { name: 'C', url, query_parameters: [{ key: 'a', value: text }] },
      ...types.map((type, index) => ({
        name: `D${index}`,
        url,
        method: 'POST',
        headers: [{ key: 'Content-Type', value: type }],
        request_body: text,
        response_body: text,
        response_content_type: type,
      })),
      { name: 'E', url, authentication: { type: 'basic', config: { username: text, password: secret } } },
      {
        name: 'F',
        url,
        authentication: { type: 'jwt', config: { private_key: secret, claims: { a: text, b: [text] } } },
      },
    ],
  }
}

const header = (value: string): Json => ({ headers: [{ key: 'X-A', value }] })
const post = (request_body: string, type = 'application/json'): Json => ({
  method: 'POST',
  headers: [{ key: 'Content-Type', value: type }],
  request_body,
})

/** A definition for each mistake in a template: a code without one does not compile. */
const templateMistakes: Readonly<Record<DiagnosticCode, Json>> = {
  SYNTAX: header('{{ user.id'),
  JINJA_TEMPLATE: header('{{ user.id ~ tenant_id }}'),
  UNKNOWN_NAME: header('{{ usr.id }}'),
  UNKNOWN_FILTER: header('{{ user.id | upcas }}'),
  UNKNOWN_TAG: header('{% iff user %}{% endiff %}'),
  RESERVED_NAME: header("{% assign user = 'x' %}"),
  NOT_ALLOWED_HERE: post(`{"a": "${secret}"}`),
  INVALID_CALL: header('{{ get_secret(user.id) }}'),
  INVALID_LITERAL: header('a\nb'),
  INVALID_JSON_TEMPLATE: post('{"a": {{ user.id }}'),
  INVALID_FORM_TEMPLATE: post('a=%zz&b={{ user.id }}', 'application/x-www-form-urlencoded'),
  INVALID_MARKUP_TEMPLATE: post('<a {{ user.id }}></a>', 'application/xml'),
  INVALID_INNER_LANGUAGE: header("name = {% if user.id %}'{% endif %}{{ user.email | soql }}"),
  UNENCODED_OUTPUT: post('a={{ body.x }}', 'text/plain'),
  COMPUTED_KEY: post('{"a": 1, "{{ body.x }}": 2}'),
  INNER_LANGUAGE: { query_parameters: [{ key: 'jql', value: 'owner = {{ user.email }}' }] },
  INVALID_URL: { url: 'https://user@api.example.com/' },
  UNKNOWN_PATH_PARAMETER: { url: `${url}{{ pathParams.nope }}` },
  TOO_LARGE: post(`"${'{{ user.id }}'.repeat(1001)}"`),
  SECRET_DECIDES: header("{{ get_secret('key') | upcase }}"),
  RAW_OUTPUT: post('{"a": {{ body.x | raw }}}'),
}

/** A definition for each mistake beside templates. */
const definitionMistakes: Readonly<Record<string, unknown>> = {
  REQUIRED: { url },
  INVALID_TYPE: 7,
  INVALID_VALUE: { name: 'A', url, method: 'SEND', authentication: { type: 'magic' } },
  TOO_LONG: { name: 'A'.repeat(256), url, request_body: 'é'.repeat(40_000) },
  UNKNOWN_KEY: { name: 'A', url, query_paramters: [], retry: { attemts: 1 } },
  DUPLICATE_KEY: { name: 'A', url, headers: [{ key: 'X-A' }, { key: 'x-a' }] },
  RESERVED_KEY: { name: 'A', url: `${url}?a=1`, query_parameters: [{ key: 'A', value: '1' }] },
  REFUSED_HEADER: { name: 'A', url, headers: [{ key: 'Host', value: 'x' }] },
  INVALID_CONSTRAINTS: {
    name: 'A',
    url,
    query_parameters: [
      { key: 'a', overridable: true, constraints: { type: 'integer', minimum: 2, maximum: 1 } },
    ],
  },
  INVALID_SCHEMA: { name: 'A', url, response_schema: { properties: { a: { type: 1, $ref: 'file:///x' } } } },
  UNDERIVABLE_PERMALINK: { name: '???', url },
  BODY_NOT_ALLOWED: { name: 'A', url, request_body: '{}' },
  CALLER_CHOOSES_IDENTITY: {
    name: 'A',
    url: `${url}{{ pathParams.who }}`,
    path_parameters: [{ key: 'who' }],
    authentication: { type: 'basic', config: { username: '{{ pathParams.who }}', password: secret } },
  },
  LITERAL_CREDENTIAL: {
    name: 'A',
    url,
    authentication: { type: 'api_key', config: { key: 'K', value: 'sk-1' } },
  },
  UNUSED_PATH_PARAMETER: { name: 'A', url, path_parameters: [{ key: 'unused' }] },
  OVERRIDABLE_IDENTITY: {
    name: 'A',
    url,
    headers: [{ key: 'X-A', value: '{{ user.id }}', overridable: true }],
  },
}

/** Each mistake with the code that it must have. */
export function mistakes(): readonly (readonly [code: string, registry: Registry])[] {
  const ofTemplates = Object.entries(templateMistakes).map(([code, change]) => {
    return [code, { connectors: [{ name: 'A', url, ...change }] }] as const
  })
  const others = Object.entries(definitionMistakes).map(
    ([code, one]) => [code, { connectors: [one] }] as const,
  )
  return [...ofTemplates, ...others]
}

/** What is no registry. */
export const noRegistries: readonly unknown[] = [null, 1, 'x', [], {}, { connectors: {} }]
