import type { Command } from 'commander'

const introduction = `# The command line

From a checkout: \`npx -y pnpm@12 sluice …\`; installed: \`sluice …\`. This page is written from the program itself
(\`npx -y pnpm@12 --filter @sluice/cli generate\`); a test compares the two.

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | it failed: a mistake in a file, a port that is taken, a server that answers no |
| 2 | wrong usage: an unknown command or option, a value that cannot be |

Results, and nothing else, go to stdout; mistakes, hints and logs to stderr. Colours stand on a terminal only;
\`NO_COLOR\` takes them away, \`FORCE_COLOR\` brings them. Secrets are never arguments: they would stand in the list of
processes and in the shell's history.`

const mistakes = `## Mistakes

Every command tells the mistakes of a registry in one form: the place in the JSON file, what is wrong and what to
write instead, and a frame. Inside a template the frame shows the text as its author wrote it.

\`\`\`text
connectors_registry.json:7:42 error UNKNOWN_NAME
  connectors[0].request_body: user has id, email, …: did you mean \`email\`?
  line 3, column 14 of the template:
    2 |   "to": {{ body.to }},
    3 |   "from": {{ user.emial }}
      |              ^
    4 | }
\`\`\`

Line and column count from 1, columns in UTF-16 units as editors do. Nothing of \`sluice.dev.json\` is ever framed: it
holds secrets.`

const validationDocument = `### The document of \`sluice validate --json\`

\`\`\`json
{
  "valid": false,
  "strict": false,
  "errors": 1,
  "warnings": 0,
  "files": [
    {
      "file": "connectors_registry.json",
      "connectors": 1,
      "issues": [
        {
          "severity": "error",
          "code": "UNKNOWN_NAME",
          "path": "connectors[0].url",
          "message": "what is wrong and what to write instead",
          "line": 3,
          "column": 56,
          "template": { "line": 1, "column": 27 }
        }
      ]
    }
  ]
}
\`\`\`

\`valid\` says whether the exit code is 0. \`template\` is \`null\` where the mistake is not inside a template. The
document is ASCII.`

/** The reference of the command line, in Markdown. */
export function referenceOf(program: Command): string {
  const commands = program.commands.map((command) => [`## sluice ${command.name()}`, fenced(helpOf(command))])
  return `${[introduction, mistakes, ...commands.flat(), validationDocument].join('\n\n')}\n`
}

/** What `--help` prints, on a terminal of 100 columns. */
function helpOf(command: Command): string {
  let help = ''
  command.configureOutput({
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
    writeOut(text) {
      help += text
    },
  })
  command.outputHelp()
  return help.trim()
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``
}
