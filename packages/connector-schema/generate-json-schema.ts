import { writeFileSync } from 'node:fs'
import { jsonSchemas, printJsonSchema } from './src/json-schema.ts'

for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(new URL(`./schema/${name}`, import.meta.url), printJsonSchema(schema))
}
