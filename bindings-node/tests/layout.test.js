'use strict'

// Which modules the files of the package may use, so that another engine or another runtime can replace Node's.

const assert = require('node:assert/strict')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

const LIB = path.join(__dirname, '..', 'lib')
const FILES = fs.readdirSync(LIB, { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => name.replaceAll(path.sep, '/'))
const required = (file) => [...fs.readFileSync(path.join(LIB, file), 'utf8').matchAll(/require\('([^']+)'\)/g)].map(([, id]) => id)
const filesThatRequire = (wanted) => FILES.filter((file) => required(file).some((id) => wanted(id, file))).sort()

test('only one file loads native code', () => {
  assert.deepEqual(filesThatRequire((id) => id.endsWith('/native-addon.js')), ['engine-choice.js'])
  assert.deepEqual(filesThatRequire((id) => id.endsWith('/engine-choice.js')), ['engine.js'])
  assert.deepEqual(filesThatRequire((id) => id.endsWith('.node')), [])
})

test('code that decides, reads requests and makes responses uses no module of Node, except for Node\'s own responses and Vite', () => {
  const ofNode = filesThatRequire((id) => id.startsWith('node:'))
  assert.deepEqual(ofNode.filter((file) => /^(request|decide|response|adapters)\//.test(file)), ['adapters/vite.js', 'response/node-response.js'])
  assert.deepEqual(ofNode.filter((file) => file.startsWith('policy/')), ['policy/policy-file.js'])
  assert.deepEqual(ofNode.filter((file) => file.startsWith('wasm/')), ['wasm/node-engine.js', 'wasm/policy-file.js'])
  assert.deepEqual(ofNode.filter((file) => file.startsWith('edge/')), [])
})

test('adapters of the web do not use Node\'s responses', () => {
  const users = filesThatRequire((id) => id.endsWith('/node-response.js'))
  assert.deepEqual(users, ['adapters/connect.js', 'adapters/fastify.js', 'adapters/koa.js'])
})

test('what few programs need is not loaded by a middleware for fixed origins', () => {
  const program = `
    require('corsac')({ origin: ['https://app.example.com'] })
    console.log(Object.keys(require.cache).join('\\n'))`
  const env = { ...process.env, CORSAC_DEBUG: '', CORSAC_ENGINE: 'native' }
  const loaded = execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8', env }).trim().split('\n')
    .map((file) => path.relative(LIB, file).replaceAll(path.sep, '/'))
  assert(loaded.includes('adapters/connect.js'), String(loaded))
  const seldom = /^(?:testing|wasm)\/|^decide\/(?:application-call|debugger|order|predicates)\.|^policy\/policy-file\.|^upgrades\/(?!upgrades\.)/
  assert.deepEqual(loaded.filter((file) => seldom.test(file)), [])
})
