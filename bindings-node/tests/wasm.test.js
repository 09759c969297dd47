'use strict'

// The WebAssembly module instead of the native addon: which of them runs, and what happens if the module traps.

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { choose } = require('../lib/engine-choice.js')

const MODULE = path.join(__dirname, '..', 'edge', 'corsac.wasm')
const skip = fs.existsSync(MODULE) ? false : 'type `cargo xtask wasm` and `node scripts/bundle-edge.js`'
// In CI, the module has already been built.
if (skip && process.env.CORSAC_ENGINE === 'wasm') throw new Error(skip)

/** A program that uses the module and can see all its instances. */
function run (body, env = { CORSAC_ENGINE: 'wasm' }) {
  const program = `
    const assert = require('node:assert/strict')
    const instances = []
    const { Instance } = WebAssembly
    WebAssembly.Instance = class extends Instance { constructor (...given) { super(...given); instances.push(this) } }
    const warnings = []
    process.on('warning', ({ code, message, detail }) => warnings.push({ code, message, detail }))
    /** Makes the next call to the module trap. */
    const trap = () => {
      // The first call after a trap makes a new instance.
      new (require('corsac').Policy)({ allowOrigins: [] })
      assert.throws(() => instances.at(-1).exports.reserve(-1), WebAssembly.RuntimeError)
    }
    const APP = 'https://app.example.com'
    const { setTimeout: sleep } = require('node:timers/promises')
    ;(async () => { ${body} })().catch((error) => { console.error(error); process.exit(1) })`
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: path.join(__dirname, '..'), env: { ...process.env, ...env }, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

test('the addon is preferred, the module is the fallback, and a variable chooses', (t) => {
  const works = { native: () => 'native', wasm: () => 'wasm' }
  const fails = { ...works, native: () => { throw new Error('none for this platform') } }
  assert.equal(choose(undefined, works), 'native')
  assert.equal(choose('', works), 'native')
  assert.equal(choose('wasm', works), 'wasm')
  assert.equal(choose('native', works), 'native')
  assert.throws(() => choose('native', fails), /none for this platform/)
  assert.throws(() => choose('Wasm', works), /CORSAC_ENGINE is `Wasm`: write `wasm` or `native`/)
  const emitWarning = t.mock.method(process, 'emitWarning', () => {})
  assert.equal(choose(undefined, fails), 'wasm')
  assert.equal(emitWarning.mock.callCount(), 1)
  const [message, { code, detail }] = emitWarning.mock.calls[0].arguments
  assert.equal(code, 'CORSAC_WASM')
  assert.match(`${message} ${detail}`, /WebAssembly.*none for this platform.*CORSAC_ENGINE=wasm/s)
})

test('a trap refuses, is reported, and the next request gets a fresh instance', { skip }, () => {
  run(`
    const { Policy, cors } = require('corsac')
    const web = require('corsac/web')
    let ran = 0
    const policy = new Policy({ allowOrigins: [APP], routes: [{ path: '/open', allowOrigins: ['*'] }] })
    const handler = web(policy)(() => { ran++; return new Response('ran') })
    const ask = (headers, path = '/') => handler(new Request('http://localhost' + path, { headers }))
    assert.equal((await ask({ origin: APP })).headers.get('access-control-allow-origin'), APP)
    const before = instances.length
    trap()
    const refused = await ask({ origin: APP })
    assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin'), ran], [403, null, 1])
    const after = await ask({ origin: APP })
    assert.deepEqual([after.status, after.headers.get('access-control-allow-origin'), ran], [200, APP, 2])
    assert.equal((await ask({ origin: 'https://x.example' }, '/open')).headers.get('access-control-allow-origin'), '*')
    assert.equal(instances.length, before + 1)
    // A request as the Node adapters get it
    trap()
    const middleware = cors(policy)
    const response = { statusCode: 200, headers: {}, getHeader () {}, setHeader (name, value) { this.headers[name] = value }, end () { this.ended = true } }
    middleware({ method: 'OPTIONS', url: '/', headers: { origin: APP, 'access-control-request-method': 'PUT' } }, response, assert.fail)
    assert.equal(response.statusCode, 403)
    // A value that is not a request causes an exception
    trap()
    assert.throws(() => policy.evaluate({ method: 'GET', path: '/', headers: { origin: APP } }), { code: 'ERR_CORSAC_ENGINE' })
    assert.equal(policy.evaluate({ method: 'GET', path: '/', headers: { origin: APP } }).reason, 'origin-allowed')
    trap()
    assert.throws(() => new Policy({ allowOrigins: [APP] }), { code: 'ERR_CORSAC_ENGINE' })
    assert.equal(new Policy({ allowOrigins: [APP] }).evaluate({ method: 'GET', headers: { origin: APP } }).reason, 'origin-allowed')
    await sleep(10)
    const reports = warnings.filter(({ code }) => code === 'CORSAC_ENGINE')
    assert(reports.length > 0 && reports.length <= 2, JSON.stringify(reports))
    assert.match(reports[0].message, /the engine failed: (capacity overflow|.*already borrowed)/)`)
})

test('a trap after a function was asked refuses as well', { skip }, () => {
  run(`
    const web = require('corsac/web')
    let traps = false
    const handler = web({ allowOrigin: async () => { if (traps) trap(); return true } })(() => new Response('ran'))
    const ask = () => handler(new Request('http://localhost/', { headers: { origin: APP } }))
    assert.equal((await ask()).headers.get('access-control-allow-origin'), APP)
    traps = true
    assert.equal((await ask()).status, 403)
    traps = false
    assert.equal((await ask()).headers.get('access-control-allow-origin'), APP)`)
})

test('a trap does not end a browser of a test suite, and the debug mode does not print anything about it', { skip }, () => {
  run(`
    const { diagnose, Policy } = require('corsac')
    const engine = require('./lib/engine.js')
    const exchange = { page: APP, request: { url: 'https://api.example.com/items', method: 'DELETE' } }
    const session = new engine.BrowserSession(Buffer.from(JSON.stringify(exchange)))
    const preflight = JSON.parse(session.nextRequest())
    assert.deepEqual([preflight.method, preflight.is_preflight], ['OPTIONS', true])
    trap()
    const headers = [['access-control-allow-origin', APP], ['access-control-allow-methods', 'DELETE']]
    const answer = Buffer.from(JSON.stringify({ status: 204, headers }))
    assert.throws(() => session.respond(answer), { code: 'ERR_CORSAC_ENGINE' })
    assert.equal(JSON.parse(session.nextRequest()).is_preflight, true)
    session.respond(answer)
    assert.equal(JSON.parse(session.nextRequest()).method, 'DELETE')
    assert.throws(() => session.respond(Buffer.from('{"status": "x"}')), TypeError)
    assert.equal(JSON.parse(session.nextRequest()).method, 'DELETE')
    session.respond(Buffer.from('{"status": 200, "headers": []}'))
    assert.equal(session.nextRequest(), null)
    const { preflight: first, response } = JSON.parse(session.exchange())
    assert.deepEqual([first.status, first.headers, response.status], [204, headers, 200])

    const web = require('corsac/web')
    const printed = []
    process.stderr.write = (text) => printed.push(text)
    const handler = web({ allowOrigins: [APP] }, { debug: true })(() => new Response('ran'))
    const ask = () => handler(new Request('http://localhost/', { headers: { origin: 'https://x.example' } }))
    trap()
    const refused = await ask()
    assert.deepEqual([refused.status, refused.headers.get('server-timing')], [403, 'corsac;desc="engine-failed"'])
    assert.deepEqual(printed.filter((text) => text.startsWith('corsac:')), [])
    assert.equal((await ask()).headers.get('server-timing'), 'corsac;desc="origin-not-allowed"')
    assert(printed.join('').includes('corsac: origin-not-allowed: a page of https://x.example sends GET /'), printed.join(''))`)
})

test('answers are remembered according to the clock of the host', { skip }, () => {
  run(`
    const { Policy } = require('corsac')
    let asked = 0
    const policy = new Policy({ allowOrigin: () => { asked++; return true }, predicateCache: { size: 10, ttl: 60 } })
    const evaluate = () => policy.evaluate({ method: 'GET', headers: { origin: APP } }).reason
    for (let i = 0; i < 3; i++) assert.equal(evaluate(), 'origin-allowed')
    assert.equal(asked, 1)
    const { now } = performance
    performance.now = () => now.call(performance) + 61_000
    assert.equal(evaluate(), 'origin-allowed')
    assert.equal(asked, 2)
    policy.forgetAnswers()
    evaluate()
    assert.equal(asked, 3)`)
})

test('policies that JavaScript drops are dropped in the module', { skip }, () => {
  run(`
    const { Policy } = require('corsac')
    const origins = Array.from({ length: 5000 }, (_, i) => 'https://tenant-' + i + '.example')
    require('node:v8').setFlagsFromString('--expose-gc')
    const collect = require('node:vm').runInNewContext('gc')
    let size
    for (let i = 0; i < 60; i++) {
      new Policy({ allowOrigins: origins })
      collect()
      await sleep(0)
      if (i === 20) size = instances[0].exports.memory.buffer.byteLength
    }
    assert(instances[0].exports.memory.buffer.byteLength <= size * 1.2)`)
})

test('if the environment must not be read, nothing is in debug mode; if it is read, the module interprets the value', { skip }, () => {
  run(`
    const env = { ...process.env }
    process.env = new Proxy(env, { get (env, name) { if (name === 'CORSAC_DEBUG') throw new Error('not allowed'); return env[name] } })
    const engine = require('./lib/engine.js')
    require('corsac')({ allowOrigins: [APP] })
    assert.equal(engine.isDebugRequested(), false)
    for (const [value, isOn] of [['1', true], ['true', true], ['0', false], ['', false]]) {
      process.env = { ...env, CORSAC_DEBUG: value }
      assert.equal(engine.isDebugRequested(), isOn)
      assert.equal(engine.isDebugRequested(!isOn), !isOn)
    }`)
})

test('the memory of a long exchange is freed', { skip }, () => {
  run(`
    const reserved = []
    const { Instance } = WebAssembly
    WebAssembly.Instance = class extends Instance {
      constructor (...given) {
        super(...given)
        const { exports } = this
        const reserve = (size) => { reserved.push(size); return exports.reserve(size) }
        Object.defineProperty(this, 'exports', { value: { ...exports, reserve } })
      }
    }
    const headers = Array.from({ length: 900 }, (_, number) => ['x-' + number, 'v'.repeat(400)])
    require('corsac').diagnose({ page: APP, request: { url: 'https://api.example.com/' }, response: { status: 200, headers } })
    assert(Math.max(...reserved) > 300_000)
    assert(reserved.at(-1) <= 128 * 1024, String(reserved))`)
})
