'use strict'

// The package as it is installed: what it holds, both ways to import it, and its types.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')

const ROOT = path.join(__dirname, '..')
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const NAMES = ['ConfigError', 'Policy', 'cors', 'default', 'mergeVary', 'version']

const run = (file, args, cwd) => execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

test('what is packed can be required and imported', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const [{ files }] = JSON.parse(run(NPM, ['pack', '--dry-run', '--json', '--offline'], ROOT))
  const names = files.map((file) => file.path)
  for (const name of ['codes.d.ts', 'types/policy.d.ts', 'index.d.ts', 'index.d.mts', 'index.js', 'index.mjs', 'package.json']) assert(names.includes(name), name)
  assert(!names.some((name) => /^(tests|src|node_modules)\//.test(name)), String(names))
  for (const name of names) {
    const target = path.join(folder, 'node_modules', 'corsac', name)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.copyFileSync(path.join(ROOT, name), target)
  }
  const exported = (script, ...flags) => JSON.parse(run(process.execPath, [...flags, '-e', script], folder))
  const show = 'console.log(JSON.stringify(Object.keys(corsac).sort()))'
  assert.deepEqual(exported(`const corsac = require('corsac'); ${show}`), NAMES)
  assert.deepEqual(exported(`import * as corsac from 'corsac'; ${show}`, '--input-type=module'), NAMES)
})

test('both ways give the same classes', async () => {
  const required = require('corsac')
  const imported = await import('corsac')
  for (const name of NAMES) assert.equal(imported[name], required[name], name)
})

test('the types declare what there is', () => {
  const types = fs.readFileSync(path.join(ROOT, 'index.d.ts'), 'utf8')
  const [, names] = /^  export \{ cors, cors as (default, .*) \}$/m.exec(types)
  assert.deepEqual(['cors', ...names.split(', ')].sort(), NAMES)
})

test('installing runs nothing and needs nothing', () => {
  const manifest = require('../package.json')
  assert.equal(manifest.dependencies, undefined)
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(manifest.scripts[script], undefined)
  assert(!fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8').includes('"resolved"'))
})
