'use strict'

// Tests the package in every runtime: `node tests/edge/run.js [RUNTIME]…`. Needs `cargo xtask wasm`, `node
// scripts/bundle-edge.js` and `npm ci` in this folder. Prints a line for each runtime, and `N passed, N failed`.

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { RUNTIMES, workerBundles } = require('./runtimes.js')
const { vectorData } = require('./vector-data.js')

const ROOT = path.join(__dirname, '..', '..')
const FOLDER = path.join(ROOT, '..', 'target', 'edge-tests')

/** The package as it is installed, without an addon. */
function install () {
  const target = path.join(__dirname, 'node_modules', 'corsac')
  fs.rmSync(target, { recursive: true, force: true })
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--offline', '--silent', '--pack-destination', FOLDER], { cwd: ROOT, encoding: 'utf8' }))
  fs.mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', path.join(FOLDER, filename), '-C', target, '--strip-components=1'])
  for (const name of fs.readdirSync(target)) if (name.endsWith('.node')) fs.rmSync(path.join(target, name))
}

/** Writes the vectors as a package that every runtime can import. */
function placeVectors () {
  const target = path.join(__dirname, 'node_modules', 'vector-data')
  fs.mkdirSync(target, { recursive: true })
  fs.writeFileSync(path.join(target, 'package.json'), JSON.stringify({ name: 'vector-data', version: '1.0.0', type: 'module', main: 'index.js' }))
  fs.writeFileSync(path.join(target, 'index.js'), `export default ${JSON.stringify(vectorData())}\n`)
}

async function main (names) {
  const unknown = names.find((name) => !Object.hasOwn(RUNTIMES, name))
  if (unknown !== undefined) throw new Error(`there is no runtime \`${unknown}\`; there are: ${Object.keys(RUNTIMES).join(', ')}`)
  fs.mkdirSync(FOLDER, { recursive: true })
  install()
  placeVectors()
  await workerBundles(FOLDER)
  let [passed, failed] = [0, 0]
  for (const name of names.length > 0 ? names : Object.keys(RUNTIMES)) {
    const start = Date.now()
    try {
      const { answers, vectors: { runs, failures } } = await RUNTIMES[name](FOLDER)
      if (runs === 0) throw new Error('no vector was run')
      console.log(`${name}: ${runs - failures.length} checks, ${answers} answers of applications (${((Date.now() - start) / 1000).toFixed(1)} s)`)
      for (const failure of failures) console.log(`  ${failure}`)
      passed += runs - failures.length + answers
      failed += failures.length
    } catch (error) {
      console.log(`${name}: ${error.stack}`)
      failed++
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed > 0 ? 1 : 0)
}

main(process.argv.slice(2))
