'use strict'

// The package as it is installed: its files, both ways to import it, and its types.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')

const ROOT = path.join(__dirname, '..')
const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm'
const NAMES = [
  'ConfigError', 'ExchangeError', 'Explanation', 'Policy', 'Reloadable', 'cors', 'default', 'diagnose', 'mergeVary', 'version'
]

const run = (file, args, cwd, env) => execFileSync(file, args, {
  cwd, env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']
})

test('the packed package installs without a network, and runs', (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const [{ filename, files }] = JSON.parse(run(NPM, ['pack', '--json', '--offline', '--pack-destination', folder], ROOT))
  const names = files.map((file) => file.path)
  assert(!names.some((name) => /^(tests|src|node_modules)\//.test(name)), String(names))
  for (const name of ['exchange', 'explanation', 'policy']) assert(names.includes(`${name}.schema.json`), name)
  run(NPM, ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], folder)
  const exported = (script, ...flags) => JSON.parse(run(process.execPath, [...flags, '-e', script], folder))
  const show = 'console.log(JSON.stringify(Object.keys(corsac).sort()))'
  assert.deepEqual(exported(`const corsac = require('corsac'); ${show}`), NAMES)
  assert.deepEqual(exported(`import * as corsac from 'corsac'; ${show}`, '--input-type=module'), NAMES)
  for (const name of ['edge', 'elysia', 'fastify', 'hono', 'koa', 'vite', 'web']) {
    const kind = `import adapter from 'corsac/${name}'; console.log(JSON.stringify(typeof adapter))`
    assert.equal(exported(kind, '--input-type=module'), 'function')
  }
  // From Node 23 on, each CommonJS module also exports itself by the name `module.exports`.
  assert.deepEqual(exported('import * as testing from \'corsac/testing\'; console.log(JSON.stringify(Object.keys(testing).sort()))', '--input-type=module')
    .filter((name) => name !== 'module.exports'),
  ['Browser', 'Fetched', 'assertBlocked', 'assertReadable', 'default', 'matchers'])
  fs.copyFileSync(path.join(__dirname, 'app.cjs'), path.join(folder, 'app.cjs'))
  assert.equal(run(process.execPath, ['app.cjs'], folder), 'works\n')
})

test('the addon may be in the package of its platform', { skip: process.platform !== 'linux' || process.arch !== 'x64' }, (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'corsac-'))
  t.after(() => fs.rmSync(folder, { recursive: true }))
  const addon = path.join(ROOT, 'corsac.linux-x64-gnu.node')
  run(process.execPath, [path.join(ROOT, 'scripts', 'stage.js'), folder, `linux-x64-gnu=${addon}`], ROOT)
  const pack = (name) => JSON.parse(run(NPM, ['pack', '--json', '--offline', '--pack-destination', folder], path.join(folder, name)))[0]
  const [main, platform] = [pack('corsac'), pack('linux-x64-gnu')]
  assert(!main.files.some((file) => file.path.endsWith('.node')))
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'corsac', 'package.json')))
  assert.deepEqual(manifest.optionalDependencies, { '@corsac/linux-x64-gnu': manifest.version })
  const empty = path.join(folder, 'empty')
  fs.mkdirSync(empty)
  fs.copyFileSync(path.join(__dirname, 'app.cjs'), path.join(empty, 'app.cjs'))
  const install = (...packed) => run(NPM, ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', ...packed.map(({ filename }) => path.join(folder, filename))], empty)
  install(main)
  const isNative = { CORSAC_ENGINE: 'native' }
  assert.throws(() => run(process.execPath, ['app.cjs'], empty, isNative), /no native addon for linux-x64: install @corsac\/linux-x64-gnu/)
  if (fs.existsSync(path.join(ROOT, 'edge', 'corsac.wasm'))) assert.equal(run(process.execPath, ['app.cjs'], empty), 'works\n')
  install(platform, main)
  assert.equal(run(process.execPath, ['app.cjs'], empty, isNative), 'works\n')
})

test('every way to resolve the types finds them', () => {
  const attw = path.join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')
  assert.match(run(process.execPath, [attw, '--pack', '.', '--no-emoji'], ROOT), /No problems found/)
})

test('both ways give the same classes', async () => {
  const required = require('corsac')
  const imported = await import('corsac')
  for (const name of NAMES) assert.equal(imported[name], required[name], name)
})

test('the types declare the real exports', () => {
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
